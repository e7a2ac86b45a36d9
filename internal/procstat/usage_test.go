package procstat

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"testing/fstest"
	"time"
)

// A process with an ugly name, two threads, and one that ended between two looks.
var sample = fstest.MapFS{
	"7/stat": {Data: []byte("7 (a) R 1 (b) S 1 7 7 0 -1 4194560 1200 0 34 0 150 25 0 0 20 0 2 0 9876 104857600 512 184467 1 1 0\n")},
	"7/status": {Data: []byte("Name:\ta) R 1 (b\nVmRSS:\t2048 kB\nRssAnon:\t     640 kB\n" +
		"voluntary_ctxt_switches:\t9\nnonvoluntary_ctxt_switches:\t1\n")},
	"7/smaps_rollup":     {Data: []byte("00400000-7ffd ---p 00000000 00:00 0 [rollup]\nRss: 2048 kB\nPss:            1500 kB\nPss_Dirty: 9 kB\n")},
	"7/task/7/status":    {Data: []byte("Name:\tx\nvoluntary_ctxt_switches:\t9\nnonvoluntary_ctxt_switches:\t1\n")},
	"7/task/7/schedstat": {Data: []byte("1000 200 3\n")},
	"7/task/8/status":    {Data: []byte("Name:\tx\nvoluntary_ctxt_switches:\t30\nnonvoluntary_ctxt_switches:\t4\n")},
	"7/task/8/schedstat": {Data: []byte("50 7 3\n")},
	"7/task/9/comm":      {Data: []byte("gone\n")},
}

func TestRead(t *testing.T) {
	want := Usage{
		PID: 7, Threads: 2, User: 1500 * time.Millisecond, System: 250 * time.Millisecond, CPU: 1050, Delay: 207,
		MinorFaults: 1200, MajorFaults: 34, Voluntary: 39, Involuntary: 5,
		VSZ: 104857600, RSS: 512 * uint64(os.Getpagesize()), Private: 640 << 10, PSS: 1500 << 10, Start: 9876,
	}
	if got, err := read(sample, 7, true); got != want || err != nil {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
	want.PSS = 0
	if got, err := read(sample, 7, false); got != want || err != nil {
		t.Errorf("without PSS: got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestReadWhatIsNotThere(t *testing.T) {
	if _, err := read(sample, 8, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such process: %v", err)
	}
	for _, text := range []string{"", "7", "7 (x)", "7 (x) S 1 2 3", ")))"} {
		files := fstest.MapFS{"7/stat": {Data: []byte(text)}}
		if _, err := read(files, 7, false); !errors.Is(err, errStat) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

var sink byte

// The figures of this very process grow by what it does.
func TestOfThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	before, err := Of(os.Getpid(), true)
	if err != nil {
		t.Fatal(err)
	}
	const size = 64 << 20
	mem := make([]byte, size)
	for begin := time.Now(); time.Since(begin) < 30*time.Millisecond; {
		for i := 0; i < size; i += 4096 {
			mem[i]++
		}
	}
	after, err := Of(os.Getpid(), true)
	if err != nil {
		t.Fatal(err)
	}
	sink = mem[size/2]
	if after.CPU-before.CPU < 10*time.Millisecond {
		t.Errorf("30 ms of work are %v of CPU time", after.CPU-before.CPU)
	}
	if after.RSS < before.RSS+size/2 || after.Private < before.Private+size/2 || after.PSS < before.PSS+size/2 {
		t.Errorf("64 MiB are not seen: before %+v, after %+v", before, after)
	}
	if after.MinorFaults == before.MinorFaults || after.Threads < 2 || after.Start != before.Start || after.Voluntary == 0 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	runtime.KeepAlive(mem)
}

// A process that has ended and been reaped is not there.
func TestOfEndedProcess(t *testing.T) {
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Skip("no program to run:", err)
	}
	if u, err := Of(cmd.Process.Pid, false); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%+v, %v", u, err)
	}
}
