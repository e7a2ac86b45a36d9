package futex_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// Processes that wait come to rest, and do nothing then: no timer, no probe, no poll.
func TestWaitingProcessesAreIdle(t *testing.T) {
	const processes = 9
	span := time.Duration(stress(1, 10)) * time.Second
	s := newSegment(t)
	m := s.join(t)
	if err := s.mutex(0).Lock(bg, m); err != nil {
		t.Fatal(err)
	}
	var waiting []*reexec.Proc
	for range processes {
		waiting = append(waiting, startWaiter(t, s, 1))
	}
	eventually(func() bool { return s.asleep(m, 0) == processes })
	ran := func() (sum time.Duration) {
		for _, p := range waiting {
			sum += ranFor(t, p.PID())
		}
		return sum
	}
	for left := 30; ; left-- { // their runtimes come to rest, sooner or later
		before := ran()
		time.Sleep(span)
		used := ran() - before
		t.Logf("%d waiting processes ran for %v in %v", processes, used, span)
		if used <= span/500 {
			break
		}
		if left == 0 {
			t.Fatalf("that is more than 0.2 %% of a CPU, again and again")
		}
	}
	s.mutex(0).Unlock(m)
	for _, p := range waiting {
		p.Expect("0 locked")
		p.Kill()
	}
}

// ranFor is how long the threads of a process have been on a CPU.
func ranFor(t *testing.T, pid int) (sum time.Duration) {
	t.Helper()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(stats) == 0 {
		t.Skip("the kernel keeps no schedstat")
	}
	for _, f := range stats {
		line, err := os.ReadFile(f)
		if err != nil {
			continue // a thread that has ended
		}
		var ns time.Duration
		if _, err := fmt.Sscan(string(line), &ns); err != nil {
			t.Fatal(err)
		}
		sum += ns
	}
	return sum
}
