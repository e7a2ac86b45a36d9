package stepkill

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// A single step costs 25 us in a virtual machine, so a child that is to die
// after many steps does not make them all: it runs at full speed to a
// breakpoint in a debug register of its thread, which changes no code and stops
// no other thread.

// forward lets the child run from the beginning of the region to an anchor.
func (x *tracee) forward(pc uintptr, hits int) error {
	if hits == 0 {
		return nil
	}
	if err := breakAt(x.tid, pc, x.leave); err != nil {
		return errStrayed // no debug registers here
	}
	for hits > 0 {
		if err := x.resume(unix.PTRACE_CONT); err != nil {
			return err
		}
		ws, err := x.awaitAwake()
		if err != nil {
			return err
		}
		if stopped, err := x.noteAndLook(ws); err != nil {
			return err
		} else if !stopped {
			continue
		}
		switch x.pc {
		case pc:
			hits--
		case x.leave:
			return errStrayed
		}
	}
	return breakAt(x.tid, 0, 0)
}

// finish lets the child make the rest of its region at full speed, with all its threads.
func (x *tracee) finish() error {
	if x.pc == x.leave {
		return nil
	}
	x.thaw()
	if err := breakAt(x.tid, x.leave, x.leave); err != nil {
		return fmt.Errorf("no debug registers: %w", err)
	}
	for x.pc != x.leave {
		if err := x.resume(unix.PTRACE_CONT); err != nil {
			return err
		}
		ws, err := wait(x.tid)
		if err != nil {
			return err
		}
		if _, err := x.noteAndLook(ws); err != nil {
			return err
		}
	}
	return nil
}

// awaitAwake returns the next stop, and has the child woken as often as needed.
func (x *tracee) awaitAwake() (unix.WaitStatus, error) {
	ws, err := x.awaitSystem(false)
	for err == nil && x.asleep {
		if x.cfg.Asleep == nil {
			x.pc = 0 // it runs, so it cannot be asked
			return 0, errStrayed
		}
		x.cfg.Asleep()
		x.asleep = false
		ws, err = x.awaitSystem(true)
	}
	return ws, err
}

// breakAt has a thread stop before it executes either of two instructions, or
// no longer if they are 0.
func breakAt(tid int, a, b uintptr) error {
	const (
		registers = 848 // offsetof(struct user, u_debugreg)
		control   = registers + 7*8
		enable    = 1<<0 | 1<<2 // both, for execution
	)
	if a == 0 {
		return ptrace(unix.PTRACE_POKEUSR, tid, control, 0)
	}
	err := ptrace(unix.PTRACE_POKEUSR, tid, registers, a)
	if err == nil {
		err = ptrace(unix.PTRACE_POKEUSR, tid, registers+8, b)
	}
	if err == nil {
		err = ptrace(unix.PTRACE_POKEUSR, tid, control, enable)
	}
	return err
}
