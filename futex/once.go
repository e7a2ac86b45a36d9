package futex

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

// The word of a Once: W | owner:30, laid out as a Mutex's. 0 is not done and
// nobody at it; an owner of all ones means done.
const onceDone = idMask

// Once has a function done once by all processes together. The zero value is not
// done. It is four bytes; it must be 4-byte aligned and stay where it is while
// it is used.
//
// A runner that dies half-way leaves it not done: the next caller runs its own
// function. So the function must be able to begin again on what a killed one has
// left, and nothing has been done until it has returned nil.
type Once struct {
	runner atomic.Uint32 // written by runners and sleepers, by compare-and-swap only
}

// Done reports whether a function has returned nil.
func (o *Once) Done() bool { return o.runner.Load()&idMask == onceDone }

// Do calls f, unless a function was done already by any process, and returns when
// one is done. While another runner is at it, and alive, Do waits.
//
//   - nil: done, by f or by another. What the one that did it wrote is seen.
//   - the error of f: not done. One of those who wait, if any, runs its function.
//     If f panics or ends its goroutine it is the same, and Do does not return.
//   - an error of ctx, never before its deadline: not done, and f not called. With
//     nobody at it f is called, even if ctx is already done.
//   - ErrAddress: f not called; the word is not in mapped memory.
//
// f must not call Do of the same Once for this member: it would wait for itself.
func (o *Once) Do(ctx context.Context, mb Member, f func() error) error {
	// Pairs with the end of run: what the function wrote is seen from here on.
	if o.Done() {
		return nil
	}
	return o.doSlow(ctx, mb, f)
}

func (o *Once) doSlow(ctx context.Context, mb Member, f func() error) error {
	mine, err := o.claim(ctx, mb)
	if err != nil || !mine {
		return err
	}
	return o.run(uint32(mb.ID()), f)
}

// run calls f and says what became of it, whatever becomes of it.
func (o *Once) run(id uint32, f func() error) error {
	then := uint32(0)
	defer func() { o.finish(id, then) }()
	err := f()
	if err == nil {
		then = onceDone
	}
	return err
}

// finish ends this process's run. While it runs others only add W, so the loop
// ends. A word that is not this process's any more was taken from it by a peer
// that breaks the rules, and is left alone.
func (o *Once) finish(id, then uint32) {
	for {
		v := o.runner.Load()
		if v&idMask != id {
			return
		}
		if !o.runner.CompareAndSwap(v, then) {
			continue
		}
		if v&waitersFlag != 0 {
			at(pointReleased)
			_, _ = Wake(&o.runner, wakesAfter(then))
		}
		return
	}
}

// wakesAfter is how many sleepers go on: all when it is done, else one, who runs.
func wakesAfter(then uint32) int {
	if then == onceDone {
		return math.MaxInt32
	}
	return 1
}

// claim makes mb the runner (true), or waits until it is done (false).
func (o *Once) claim(ctx context.Context, mb Member) (mine bool, err error) {
	id := uint32(mb.ID())
	if o.runner.CompareAndSwap(0, id) {
		return true, nil
	}
	if ctx.Err() == nil && o.spin() {
		return false, nil
	}
	p := mb.Park(&o.runner)
	defer mb.Unpark(p)
	for {
		p.Look()
		v, mine := o.takeOrFlag(mb)
		if mine || v&idMask == onceDone {
			return mine, nil
		}
		at(pointHanging)
		if err := p.WaitInLine(ctx, v); err != nil {
			return false, err
		}
		at(pointWoken)
	}
}

// spin waits for a runner while it would be too early to sleep, and reports
// whether it is done.
func (o *Once) spin() bool {
	var s spin.Spinner
	for s.Next() {
		switch v := o.runner.Load(); {
		case v&idMask == onceDone:
			return true
		case v == 0: // the runner has failed
			return false
		}
	}
	return false
}

// takeOrFlag is the sleeper's evaluation: it makes mb the runner if nobody is, or
// only a dead one, with W set: somebody may be asleep still. If it is not done
// either it makes sure that W is set. It returns the word.
func (o *Once) takeOrFlag(mb Member) (v uint32, mine bool) {
	id := uint32(mb.ID())
	for {
		v = o.runner.Load()
		switch owner := v & idMask; {
		case owner == onceDone:
			return v, false
		case owner == 0 || !mb.Alive(ID(owner)):
			if o.runner.CompareAndSwap(v, id|waitersFlag) {
				at(pointTaken)
				return id | waitersFlag, true
			}
		case v&waitersFlag != 0:
			return v, false
		case o.runner.CompareAndSwap(v, v|waitersFlag):
			return v | waitersFlag, false
		}
	}
}
