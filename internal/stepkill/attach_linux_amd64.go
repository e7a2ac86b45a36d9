package stepkill

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// attach seizes the thread of the region, and has the child go on to it.
func (x *tracee) attach() error {
	for {
		n, _ := fmt.Sscanf(x.proc.Hear(), ready, &x.tid, &x.enter, &x.leave)
		if n == 3 {
			break
		}
	}
	x.slide = x.enter - address(enter)
	if err := seize(x.tid); err != nil {
		return err
	}
	x.proc.Say(attached)
	if err := x.toBreakpoint(); err != nil {
		return err
	}
	if err := x.freeze(); err != nil {
		return err
	}
	return x.skipTo(x.enter)
}

// toBreakpoint lets the thread run to the breakpoint before the region.
func (x *tracee) toBreakpoint() error {
	for stopped := false; !stopped; {
		ws, err := wait(x.tid)
		if err != nil {
			return err
		}
		if stopped, err = x.note(ws); err != nil {
			return err
		}
		if !stopped {
			if err := x.resume(unix.PTRACE_CONT); err != nil {
				return err
			}
		}
	}
	return nil
}

// skipTo steps up to an address without counting.
func (x *tracee) skipTo(pc uintptr) error {
	const most = 100
	for range most {
		if err := x.look(); err != nil || x.pc == pc {
			return err
		}
		if err := x.step(); err != nil {
			return err
		}
	}
	return errors.New("the region was not reached")
}

// freeze halts the child's other threads. One that ends meanwhile is no loss.
func (x *tracee) freeze() error {
	for _, tid := range threads(x.proc.PID()) {
		if tid == x.tid {
			continue
		}
		ok, err := halt(tid)
		if err != nil {
			return err
		}
		if ok {
			x.frozen = append(x.frozen, tid)
		}
	}
	return nil
}

// thaw lets the other threads go, for good.
func (x *tracee) thaw() {
	for _, tid := range x.frozen {
		_ = ptrace(unix.PTRACE_DETACH, tid, 0, 0)
	}
	x.frozen = nil
}

// kill ends the child with the thread where it stands.
func (x *tracee) kill() {
	x.watchdog.Stop()
	end(x.proc.PID())
	x.proc.Kill()
}

// end kills a process and takes leave of its threads that we trace, which would
// otherwise keep it from ending. The first one stands for the process, which
// reexec reaps.
func end(pid int) {
	tids := threads(pid)
	_ = unix.Kill(pid, unix.SIGKILL)
	for _, tid := range tids {
		for tid != pid {
			if ws, err := wait(tid); err != nil || !ws.Stopped() {
				break
			}
		}
	}
}
