package strike

import (
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestKill kills only what runs: a process that is said to be between
// two partitions once it stands still is let go on.
func TestKill(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	pid := cmd.Process.Pid
	defer cmd.Wait()
	defer cmd.Process.Kill()

	asked := 0
	betweenTwo := func() []int {
		if asked++; asked == 1 {
			return []int{pid}
		}
		return nil
	}
	if killed, err := Kill(pid, betweenTwo); killed || err != nil {
		t.Fatalf("between two partitions: %v, %v", killed, err)
	}
	if killed, err := Kill(pid, func() []int { return nil }); killed || err != nil {
		t.Fatalf("not a worker: %v, %v", killed, err)
	}
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Fatalf("the process did not survive: %v", err)
	}
	if killed, err := Kill(pid, func() []int { return []int{pid} }); !killed || err != nil {
		t.Fatalf("running: %v, %v", killed, err)
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("the process lives")
	}
	if killed, err := Kill(pid, func() []int { return []int{pid} }); killed || err != nil {
		t.Fatalf("a process that is gone: %v, %v", killed, err)
	}
}
