package process

import (
	"errors"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// Where the kernel gives no pidfd, or one that cannot be waited for, the child that was
// started is killed and reaped.
func TestNoWaitablePidfd(t *testing.T) {
	for _, pidfd := range []func(t *testing.T) int{
		func(*testing.T) int { return -1 },
		func(t *testing.T) int { // a regular file is nothing that the poller takes
			fd, err := unix.Open("/proc/self/exe", unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			return fd
		},
	} {
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		p := &Process{pid: cmd.Process.Pid}
		if err := p.adopt(pidfd(t)); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("adopt: %v", err)
		}
		if err := cmd.Wait(); !errors.Is(err, unix.ECHILD) {
			t.Errorf("the child was not reaped: %v", err)
		}
		if err := cmd.Process.Release(); err != nil { // os/exec's own pidfd, which Wait leaves to the collector then
			t.Error(err)
		}
	}
}
