package ringbuf

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// TestIdleSleeps: a consumer that waits uses no CPU time, in its whole process.
func TestIdleSleeps(t *testing.T) {
	s := newSegment(t, 4)
	r, m := s.here(t)
	p := must[*Producer[message]](t)(r.Producer(m))
	child := s.start(t, receiver, "4", "0", "0", "1")
	child.WaitAt("ready")
	untilParked(r.toProducer.Load)
	idles(t, child)
	if err := p.TryPush(messageOf(0)); err != nil {
		t.Fatal(err)
	}
	if st := child.Wait(); st.Code != 0 {
		t.Errorf("the consumer ended with %v", st)
	}
}

// idles watches children that wait. On a quiet machine they use less than a thousandth of
// a CPU, which is printed; a hundredth is more than what a busy one adds, and far less than
// a wait takes that polls or spins.
func idles(t *testing.T, children ...*reexec.Proc) {
	t.Helper()
	const window = 2 * time.Second
	var before []time.Duration
	for _, child := range children {
		before = append(before, cpuTime(t, child.PID()))
	}
	time.Sleep(window)
	for i, child := range children {
		used := cpuTime(t, child.PID()) - before[i]
		t.Logf("%v of CPU time in %v of waiting", used, window)
		if used > window/100 {
			t.Errorf("%v of CPU time in %v of waiting, at most %v", used, window, window/100)
		}
	}
}

// TestMPMCIdleSleeps and TestBroadcastIdleSleeps: the same of a receiver and of a subscriber.
func TestMPMCIdleSleeps(t *testing.T) {
	p := newPlaza(t, Options{Capacity: 4}, 1, 0)
	r, _ := p.here(t)
	child := p.run(t, poppers, 0)
	child.WaitAt("ready")
	untilAsleep(r.toSenders, 1)
	idles(t, child)
}

func TestBroadcastIdleSleeps(t *testing.T) {
	s := newStudio(t, Options{Capacity: 4}, 0)
	b, _ := s.here(t)
	child := s.run(t, listener, 0)
	child.WaitAt("ready")
	untilAsleep(b.toPublisher, 1)
	idles(t, child)
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
