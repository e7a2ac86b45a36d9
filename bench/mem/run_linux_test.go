package mem

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/process"
)

const (
	page = 4096
	area = 8 << 20
)

// mapped maps memory for the test; fd -1 is none.
func mapped(t *testing.T, fd, size, flags int) []byte {
	t.Helper()
	if fd < 0 {
		flags |= unix.MAP_ANON
	}
	mem, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, flags)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(mem) })
	return mem
}

func touch(mem []byte) {
	for i := 0; i < len(mem); i += page {
		mem[i] = 1
	}
}

func look(t *testing.T, o Options) *Report {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// What is touched between the two looks is what has grown.
func TestGrowth(t *testing.T) {
	var mem []byte
	o := Options{PIDs: []int{os.Getpid()}, Interval: 10 * time.Millisecond}
	o.Begin = func(Meta) { mem = mapped(t, -1, area, unix.MAP_PRIVATE); touch(mem) }
	l := look(t, o).Looks[0]
	for name, of := range map[string]func(*Usage) uint64{
		"VSZ": func(u *Usage) uint64 { return u.VSZ }, "RSS": func(u *Usage) uint64 { return u.RSS }, "USS": func(u *Usage) uint64 { return u.USS },
		"anonymous": func(u *Usage) uint64 { return u.Anonymous }, "heap": func(u *Usage) uint64 { return u.Heap }, "heap size": func(u *Usage) uint64 { return u.HeapSize },
	} {
		most := float64(area * 4)
		if name == "VSZ" {
			most += 128 << 20 // Go reserves its heap in steps of 64 MiB
		}
		if g := l.grown(of); g < area*0.9 || g > most {
			t.Errorf("%s grew by %v, not by %d", name, g, area)
		}
	}
	if l.Span < o.Interval || l.rate(func(u *Usage) uint64 { return u.MinorFaults }) <= 0 {
		t.Errorf("span %v, faults from %d to %d", l.Span, l.Before.MinorFaults, l.MinorFaults)
	}
	if l.USS > l.PSS+64<<10 || l.PSS > l.RSS+64<<10 || l.RSS > l.VSZ || l.Stack == 0 || l.Threads < 1 || l.Voluntary == 0 {
		t.Errorf("%+v", l.Usage)
	}
}

// Pages of a private file mapping that are written to are copies.
func TestCopied(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, make([]byte, area), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mem := mapped(t, int(f.Fd()), area, unix.MAP_PRIVATE)
	touch(mem[:16*page])
	r := look(t, Options{PIDs: []int{os.Getpid()}, Maps: true})
	for _, m := range r.Looks[0].Maps() {
		if m.Name == path {
			if m.Anonymous != 16*page || m.Dirty != 16*page || m.Size() != area || r.Looks[0].Copied < 16*page {
				t.Errorf("%+v; copied %d", m, r.Looks[0].Copied)
			}
			return
		}
	}
	t.Error("the file is not among the mappings")
}

// holds maps the file that it inherits, touches it, and stays.
var holds = process.NewEntry("holds", func([]string) error {
	f, err := process.Inherited(0, "memory")
	if err != nil {
		return err
	}
	mem, err := unix.Mmap(int(f.Fd()), 0, area, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	touch(mem)
	fmt.Println("up")
	for {
		time.Sleep(time.Hour)
	}
})

// holder starts a process that holds an area of a file.
func holder(t *testing.T, f *os.File) *process.Process {
	t.Helper()
	r, w := io.Pipe()
	p, err := process.Start(process.Command{Entry: holds, Files: []*os.File{f}, Stdout: w, Stderr: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill(); <-p.Done() })
	stop := time.AfterFunc(time.Minute, func() { _ = r.CloseWithError(errors.New("nothing heard")) })
	defer stop.Stop()
	if _, err := io.ReadFull(r, make([]byte, 3)); err != nil {
		t.Fatal(err, p.StderrTail())
	}
	return p
}

func memory(t *testing.T) *os.File {
	t.Helper()
	fd, err := unix.MemfdCreate("mem-test", unix.MFD_CLOEXEC)
	if err == nil {
		err = unix.Ftruncate(fd, area)
	}
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "memory")
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// What two processes share counts for both of them in RSS, and once in the sum of PSS.
func TestShared(t *testing.T) {
	f := memory(t)
	p, q := holder(t, f), holder(t, f)
	r := look(t, Options{PIDs: []int{p.PID(), q.PID()}, Maps: true})
	var rss, pss uint64
	for _, l := range r.Looks {
		for _, m := range l.Maps() {
			if strings.Contains(m.Name, "mem-test") {
				rss, pss = rss+m.RSS, pss+m.PSS
				if m.Dirty+m.Clean != 0 || m.Shared != area {
					t.Errorf("%+v", m)
				}
			}
		}
	}
	if rss != 2*area || pss != area {
		t.Errorf("the shared area is %d by RSS and %d by PSS", rss, pss)
	}
	var again float64
	for _, m := range r.Measurements() {
		if m.Metric == "counted_again_bytes" {
			again = m.Value
		}
	}
	if again < area || again != float64(r.Sum("rss_bytes")-r.Sum("pss_bytes")) {
		t.Errorf("%v bytes are counted again", again)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"process " + strconv.Itoa(p.PID()), "mem-test", "together: ", "mappings", "what its end would free"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &text)
		}
	}
	if lines := r.MapLines(); len(lines) < 20 || lines[0].Suite != Suite || !strings.HasPrefix(lines[0].From, "0x") {
		t.Errorf("%d mappings: %+v", len(lines), lines[0])
	}
}

func TestSystem(t *testing.T) {
	r := look(t, Options{System: true, Interval: 50 * time.Millisecond})
	shares, known := 0.0, 0
	for metric, v := range r.System.Value {
		if math.IsNaN(v) || v < 0 {
			t.Errorf("%s: %v", metric, v)
		}
		if strings.HasSuffix(metric, "_share") {
			shares += v
		}
		known++
	}
	v := r.System.Value
	if known != len(systemFigures) || math.Abs(shares-1) > 1e-9 || v["available_bytes"] > v["total_bytes"] || v["switches_per_s"] == 0 {
		t.Errorf("%d of %d figures, shares %v: %v", known, len(systemFigures), shares, v)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil || !strings.Contains(text.String(), "major faults") {
		t.Errorf("%v: %s", err, &text)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{
		{}, {PIDs: []int{0}}, {PIDs: []int{-3}}, {PIDs: []int{5, 6, 5}}, {System: true, Maps: true}, {PIDs: []int{1}, Interval: -1}, {PIDs: []int{1}, Interval: 2 * maxInterval},
	} {
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{PIDs: []int{os.Getpid()}, Interval: maxInterval, Begin: func(Meta) { cancel() }}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
