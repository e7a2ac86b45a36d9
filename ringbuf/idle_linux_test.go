package ringbuf

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestIdleSleeps: a consumer that waits uses no CPU time, in its whole process.
func TestIdleSleeps(t *testing.T) {
	s := newSegment(t, 4)
	r, m := s.here(t)
	p := must[*Producer[message]](t)(r.Producer(m))
	child := s.start(t, receiver, "4", "0", "0", "1")
	child.WaitAt("ready")
	untilParked(r.toProducer.Load)
	const window = time.Second
	before := cpuTime(t, child.PID())
	time.Sleep(window)
	if used := cpuTime(t, child.PID()) - before; used > window/100 {
		t.Errorf("%v of CPU time in %v of waiting", used, window)
	}
	if err := p.TryPush(messageOf(0)); err != nil {
		t.Fatal(err)
	}
	if st := child.Wait(); st.Code != 0 {
		t.Errorf("the consumer ended with %v", st)
	}
}

// cpuTime is what all threads of a process have used.
func cpuTime(t *testing.T, pid int) (sum time.Duration) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(files) == 0 {
		t.Fatalf("threads of %d: %v, %v", pid, files, err)
	}
	for _, f := range files {
		var ns int64
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		if _, err := fmt.Sscan(string(b), &ns); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		sum += time.Duration(ns)
	}
	return sum
}
