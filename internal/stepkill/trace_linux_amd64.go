package stepkill

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

var errEnded = errors.New("it ended in its region")

// environ makes each child execute the same instructions.
var environ = []string{
	env + "=" + inSteps, "GOMAXPROCS=1", "GOGC=off",
	"GODEBUG=" + strings.TrimPrefix(os.Getenv("GODEBUG")+",asyncpreemptoff=1", ","),
}

func unsupported() string {
	if race.Enabled {
		return "under -race the instructions are those of the detector"
	}
	return ""
}

// tracee is a child that is stopped in its region.
type tracee struct {
	cfg      Config
	proc     *reexec.Proc
	tid      int         // the thread of the region
	frozen   []int       // the other threads, while they stand still
	slide    uintptr     // how far the child's code is from ours: 0, or a PIE
	enter    uintptr     // the child's addresses
	leave    uintptr     //
	pc       uintptr     // the instruction to be executed next
	system   bool        // it is a system call
	asleep   bool        // it has been entered, and sleeps
	signal   unix.Signal // to be delivered with the next step
	watchdog *time.Timer // kills the child if all of this takes too long
	late     atomic.Bool // it did
}

// traceChild starts a child, makes k steps of its region or fewer if it ends,
// and kills it. If the steps of an earlier child are given it leaps to the
// anchor, and makes only the rest one by one; a child that strays from them is
// killed where it is noticed.
func traceChild(tb *scope, cfg Config, k int, known []step, a anchor) (Point, []step, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	x := &tracee{cfg: cfg}
	x.proc = reexec.Start(tb, cfg.Child, reexec.Options{
		Args: cfg.Args, Files: cfg.Files, Env: append(environ[:len(environ):len(environ)], cfg.Env...),
	})
	life := lifetime
	if cfg.File != nil {
		life *= lookingFactor
	}
	x.watchdog = time.AfterFunc(life, func() {
		x.late.Store(true)
		end(x.proc.PID())
	})
	trace, err := x.travel(k, known, a)
	p := x.point(len(trace))
	if cfg.Meanwhile != nil && err == nil && !x.late.Load() {
		cfg.Meanwhile(p)
		err = x.finish()
	}
	x.kill()
	if x.late.Load() {
		err = fmt.Errorf("its region still ran after %v", life)
	}
	if err != nil && !errors.Is(err, errStrayed) {
		return Point{}, trace, fmt.Errorf("%w; its output:\n%s", err, x.proc.Output())
	}
	return p, trace, err
}

// point is where the child stands after k steps.
func (x *tracee) point(k int) Point {
	p := Point{K: k, Where: "an unknown instruction", Asleep: x.asleep, End: x.pc == x.leave}
	if x.pc != 0 {
		p.pc = x.pc - x.slide
		p.Where = where(p.pc)
	}
	return p
}

// travel takes the child to its place, by leap and by step.
func (x *tracee) travel(k int, known []step, a anchor) ([]step, error) {
	if err := x.attach(); err != nil {
		return nil, err
	}
	defer pin(x.tid)()
	if a.hits > 0 {
		if err := x.forward(known[a.at].pc+x.slide, a.hits); err != nil {
			return nil, err
		}
	}
	return x.run(k, known[:a.at:a.at])
}

// run goes on until k steps are made, after those of the trace.
func (x *tracee) run(k int, trace []step) ([]step, error) {
	var seen *witness
	if k == wholeRegion {
		var err error
		if seen, err = newWitness(x.cfg); err != nil {
			return trace, err
		}
	}
	for len(trace) < k && x.pc != x.leave {
		s := step{pc: x.pc - x.slide, system: x.system}
		wasAsleep := x.asleep
		if err := x.step(); err != nil {
			return trace, err
		}
		var err error
		if s.changed, err = seen.changed(); err != nil {
			return trace, err
		}
		trace = append(trace, s)
		if x.asleep && !wasAsleep && x.cfg.Asleep == nil {
			break
		}
	}
	return trace, nil
}

// step makes one step: an instruction, the fall asleep in a system call, or
// the return from it.
func (x *tracee) step() error {
	if x.asleep {
		x.cfg.Asleep()
	} else if err := x.resume(unix.PTRACE_SINGLESTEP); err != nil {
		return err
	}
	for {
		ws, err := x.await()
		if err != nil || x.asleep {
			return err
		}
		if stepped, err := x.noteAndLook(ws); err != nil || stepped {
			return err
		}
		// Stopped before it could execute: for a signal, which goes in now.
		if err := x.resume(unix.PTRACE_SINGLESTEP); err != nil {
			return err
		}
	}
}

// await returns the next stop. An ordinary instruction cannot keep it waiting;
// a system call can, and then asleep is set.
func (x *tracee) await() (unix.WaitStatus, error) {
	if !x.system {
		return wait(x.tid)
	}
	was := x.asleep
	x.asleep = false
	return x.awaitSystem(was)
}

// resume lets the thread go on, one step or freely, with the signal it got.
func (x *tracee) resume(request int) error {
	sig := x.signal
	x.signal = 0
	return ptrace(request, x.tid, 0, uintptr(sig))
}

// noteAndLook judges a stop, and looks where the child is if it is the end of a step.
func (x *tracee) noteAndLook(ws unix.WaitStatus) (stepped bool, err error) {
	if stepped, err = x.note(ws); err != nil || !stepped {
		return false, err
	}
	return true, x.look()
}

// note judges a stop: whether it is the end of a step.
func (x *tracee) note(ws unix.WaitStatus) (stepped bool, err error) {
	switch {
	case !ws.Stopped():
		return false, errEnded
	case ws>>16 != 0: // an event, such as a group stop
		return false, nil
	case ws.StopSignal() == unix.SIGTRAP:
		return true, nil
	}
	x.signal = ws.StopSignal()
	return false, nil
}

func (x *tracee) look() (err error) {
	x.pc, x.system, err = next(x.tid)
	return err
}
