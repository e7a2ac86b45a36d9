package engine

import (
	"context"

	"github.com/shmengine/shmengine/internal/spin"
)

// wait returns when the task has ended: nil, or the error of ctx.
func (f *future) wait(ctx context.Context) error {
	if f.await(ctx) {
		return nil
	}
	ended := f.Done() // from now on what a worker was handed is offered to all
	if f.t.helps {
		f.help(ctx)
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// closeLooks is how often a waiter looks at an entry, with one pause between, before it
// goes over to longer ones: some microseconds.
// Where more can run than there are CPUs it is fewer: then the one who is waited for may
// want this CPU.
const (
	closeLooks   = 128
	crowdedLooks = 24
)

// await looks for the end of the task for a while, if that beats sleeping, and ends the
// future then.
func (f *future) await(ctx context.Context) bool {
	if f.ended() {
		return true
	}
	f.known()
	if f.t.helps {
		f.help(ctx)
	}
	f.t.looking.Add(1) // pairs with the load in tasks.leave: the board stays while we look
	over := f.spin()
	f.t.looking.Add(-1)
	if over {
		f.t.collect(f.cell)
	}
	return f.ended()
}

// help runs tasks meanwhile.
func (f *future) help(ctx context.Context) {
	f.t.looking.Add(1)
	defer f.t.looking.Add(-1) // also if a task calls runtime.Goexit
	if !f.ended() {
		f.t.help(ctx, f)
	}
}

// spin returns when the task has ended, true if its future has not; or after a while.
//
// Preconditions:
//   - the board stays, if the future has not ended.
func (f *future) spin() bool {
	if f.ended() {
		return false
	}
	if f.t.over(f.cell) { // as in a stream: a looker reads the clock
		return true
	}
	for w := newLooker(); f.t.spins && w.next() && !f.ended(); {
		if f.t.over(f.cell) {
			return true
		}
	}
	return false
}

// A looker is a wait that is meant to be short: with one pause between its first looks,
// and then as a spinner waits.
type looker struct {
	close int
	spin.Spinner
}

func newLooker() looker {
	if spin.Crowded() {
		return looker{close: crowdedLooks}
	}
	return looker{close: closeLooks}
}

// yields reports whether the next steps may give the CPU away.
func (l *looker) yields() bool { return l.close == 0 && spin.Crowded() }

func (l *looker) next() bool {
	if l.close > 0 {
		l.close--
		spin.Pause(1)
		spin.Checkpoint()
		return true
	}
	return l.Next()
}

// look ends the future if its task has ended, and reports whether it has.
//
// Preconditions:
//   - f is of Submit.
func (f *future) look() bool {
	if f.ended() {
		return true
	}
	f.known()
	f.t.looking.Add(1) // as in await
	over := !f.ended() && f.t.over(f.cell)
	f.t.looking.Add(-1)
	if over {
		f.t.collect(f.cell)
	}
	return f.ended()
}

func (f *future) known() {
	if f.t == nil {
		panic("engine: a Future that Submit has not returned")
	}
}
