package account

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func TestParseIO(t *testing.T) {
	u, err := parseIO("rchar: 10\nwchar: 20\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n")
	if err != nil || u != (Usage{30, 7}) {
		t.Errorf("parseIO = %v, %v", u, err)
	}
	for _, bad := range []string{"", "rchar: 1\n", "rchar: x\nwchar: 1\nsyscr: 1\nsyscw: 1\n"} {
		if _, err := parseIO(bad); err == nil {
			t.Errorf("parseIO(%q) succeeded", bad)
		}
	}
}

// open opens a meter, with or without the tracepoint.
func open(t *testing.T, traced bool, pids ...int) *Meter {
	t.Helper()
	m, err := Open(pids...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	if traced && m.trace == nil {
		_, err := openTrace(m.pids)
		t.Skip("this process may not open the tracepoint:", err)
	}
	return m
}

// few calls: the runtime's monitor thread may make less of them during a piece of
// work than it made during calibration.
const few = 10

func TestCopiedBytesAreTheKernels(t *testing.T) {
	const size, writes = 700, 1000
	m := open(t, false)
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	data := make([]byte, size)
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	for range writes {
		if _, err := null.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	u, err := m.Stop()
	if err != nil {
		t.Fatal(err)
	}
	// The runtime may wake its poller by eight bytes now and then.
	if u.Copied < size*writes || u.Copied > size*writes+1000 || u.Syscalls < writes-few {
		t.Errorf("%d writes of %d bytes: %+v", writes, size, u)
	}
}

func TestNoWorkIsFree(t *testing.T) {
	m := open(t, false)
	const runs = 21
	var copied, calls [runs]int64
	for i := range runs {
		if err := m.Start(); err != nil {
			t.Fatal(err)
		}
		u, err := m.Stop()
		if err != nil {
			t.Fatal(err)
		}
		copied[i], calls[i] = u.Copied, u.Syscalls
	}
	slices.Sort(copied[:])
	slices.Sort(calls[:])
	if copied[runs/2] != 0 || calls[runs/2] > few {
		t.Errorf("of %d empty pieces of work half cost %d bytes, %d calls or more", runs, copied[runs/2], calls[runs/2])
	}
}

func TestAllSystemCallsAreCounted(t *testing.T) {
	m := open(t, true)
	const calls = 5000
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // on whatever thread
		defer close(done)
		for range calls {
			syscall.Getppid()
		}
	}()
	<-done
	u, err := m.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if u.Syscalls < calls-few || u.Syscalls > 2*calls {
		t.Errorf("%d calls were counted as %d", calls, u.Syscalls)
	}
}

// TestOtherProcess counts what a child does with its input.
func TestOtherProcess(t *testing.T) {
	cat := exec.Command("cat")
	cat.Stdout = nil
	in, err := cat.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Skip("no cat:", err)
	}
	m := open(t, false, cat.Process.Pid)
	if err := m.Start(); err != nil {
		t.Fatal(err)
	}
	const size = 1 << 20
	if _, err := in.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	// Written here; read and written on there, but for what is in the pipe still.
	// The reads by which cat itself was loaded may be in it.
	const loading = 64 << 10
	u, err := m.Stop()
	if err != nil {
		t.Fatal(err)
	}
	if u.Copied < 2*size-(64<<10) || u.Copied > 3*size+loading {
		t.Errorf("%d bytes through cat: %+v", size, u)
	}
	in.Close()
	if err := cat.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Stop(); !errors.Is(err, ErrGone) {
		t.Errorf("Stop after the process ended: %v, want ErrGone", err)
	}
}
