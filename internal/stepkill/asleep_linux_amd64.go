package stepkill

import (
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// How long a process sleeps before it counts as asleep: what it waits for
// might come from its own frozen threads, which are let go first; then from
// those, which a loaded machine may keep from running; and if the region would
// end there for want of Config.Asleep, it is better to be sure.
const (
	graceFrozen = 2 * time.Millisecond
	graceAsleep = 20 * time.Millisecond
	graceEnd    = 300 * time.Millisecond
)

// awaitSystem returns the stop after a system call, or sets asleep. If it slept
// before, and was to be woken, it must return.
func (x *tracee) awaitSystem(slept bool) (unix.WaitStatus, error) {
	grace := graceAsleep
	if x.cfg.Asleep == nil {
		grace = graceEnd
	}
	var since time.Time // when it was first found asleep
	for tries := 0; ; tries++ {
		ws, ok, err := poll(x.tid, unix.WNOHANG)
		if ok || err != nil {
			return ws, err
		}
		if tries < 20 {
			yield() // it shares our CPU
			continue
		}
		time.Sleep(min(time.Duration(tries)*10*time.Microsecond, time.Millisecond))
		quiet, err := x.quiet()
		switch {
		case err != nil:
			return 0, err
		case !quiet:
			since = time.Time{}
		case since.IsZero():
			since = time.Now()
		case len(x.frozen) > 0 && time.Since(since) > graceFrozen:
			x.thaw()
			since = time.Time{}
		case slept && time.Since(since) > lifetime/2:
			return 0, errors.New("it sleeps on, although Config.Asleep has returned")
		case !slept && time.Since(since) > grace:
			x.asleep = true
			return 0, nil
		}
	}
}

// quiet reports whether nothing in the child runs that could wake the region.
// If the region has ended the process that is an error, and no stop comes of it
// as long as there are other threads that we trace.
func (x *tracee) quiet() (bool, error) {
	switch pid := x.proc.PID(); state(pid, x.tid) {
	case 'S':
		for _, tid := range threads(pid) {
			if !slices.Contains(x.frozen, tid) && state(pid, tid) != 'S' {
				return false, nil
			}
		}
		return true, nil
	case 'Z', 'X', 0:
		return false, errEnded
	}
	return false, nil
}

// yield gives the CPU to whoever else wants it.
func yield() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// pin puts a thread and this one, its tracer, on one CPU for as long as they
// take turns: waking a second, idle CPU takes ten times as long as a step.
func pin(tid int) (unpin func()) {
	var old, one unix.CPUSet
	if unix.SchedGetaffinity(0, &old) != nil {
		return func() {}
	}
	skip := rand.IntN(old.Count()) // others may be doing the same
	for cpu := 0; one.Count() == 0; cpu++ {
		if old.IsSet(cpu) {
			if skip == 0 {
				one.Set(cpu)
			}
			skip--
		}
	}
	_ = unix.SchedSetaffinity(tid, &one)
	_ = unix.SchedSetaffinity(0, &one)
	return func() { _ = unix.SchedSetaffinity(0, &old) }
}
