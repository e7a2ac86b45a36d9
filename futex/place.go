package futex

import (
	"context"
	"sync"
	"sync/atomic"
)

const noBed = -1

// Place is one goroutine's wait on one word, from Park to Unpark. It belongs to
// that goroutine. The package documentation has the protocol.
//
// Thousands may wait, and a garbage collection looks through all of them, far
// from any cache: so a place is one object of two cache lines, without a channel.
type Place struct {
	lot  *Lot
	word *atomic.Uint32
	seen atomic.Uint64 // the nudges that the last Look knew of; read by the lot
	of   atomic.Uint32 // whose thing is waited for; NoID: anybody's; a hint

	// Guarded by lot.mu.
	old        uint32
	bed        int32     // index in lot.beds, or noBed
	queued     bool      // waits for a bed
	dozes      bool      // and the poller compares the word with old
	stands     bool      // in the line of its word
	called     bool      // since it settled
	prev, next *Place    // in the line
	last       *Place    // of the line, if it is the first
	turn       sync.Cond // for called; its lock gives up lot.mu and does not take it again
}

// forSleep is the lot's lock as turn sees it: given up before the sleep, when a
// call is not lost any more, and not taken after it.
type forSleep Lot

func (l *forSleep) Lock()   {}
func (l *forSleep) Unlock() { l.mu.Unlock() }

// Look says that the goroutine is about to evaluate what it waits for, owners'
// lives included. Everything confirmed dead before is seen by this evaluation;
// for everything later the place is woken.
func (p *Place) Look() { p.seen.Store(p.lot.deaths.Load()) }

// Of says that only the death of one member is of interest to this wait, until it
// says otherwise; NoID, as at first, is anybody's. It is a hint: deaths of others
// make the place look again too, but nothing is done so that this is early.
func (p *Place) Of(id ID) { p.of.Store(uint32(id)) }

// stale reports whether somebody has died since the last Look.
func (p *Place) stale() bool { return p.seen.Load() < p.lot.deaths.Load() }

// Wait sleeps while the word holds old, and returns nil when the condition is to
// be evaluated again: woken, nudged, the word had changed, or for no reason.
//
// An error (of ctx, or ErrAddress) means that the goroutine gives up; the wake
// that it may have received has been handed on.
func (p *Place) Wait(ctx context.Context, old uint32) error { return p.wait(ctx, old, false) }

// wait is Wait or WaitInLine. Thousands of goroutines may be in it, and each
// garbage collection goes through the frames of all, so it calls nobody to wait.
func (p *Place) wait(ctx context.Context, old uint32, inLine bool) error {
	if err := ctx.Err(); err != nil {
		return p.giveUp(err)
	}
	switch p.settle(old, inLine) {
	case staysUp:
		return nil
	case inBed:
		if err := sleep(ctx, p.word, old, p.bit()); err != nil && err != ErrAgain {
			return p.giveUp(err)
		}
		return nil
	}
	var stop func() bool
	if ctx.Done() != nil {
		stop = context.AfterFunc(ctx, p.ended)
	}
	p.lot.mu.Lock()
	if p.called {
		p.lot.mu.Unlock()
	} else {
		p.turn.Wait() // gives up the lock
	}
	if stop != nil {
		stop()
	}
	return nil
}

// ended has the place look again: its context is done.
func (p *Place) ended() {
	p.lot.mu.Lock()
	defer p.lot.mu.Unlock()
	p.call()
}

// Where a place waits.
const (
	staysUp = iota // nowhere: it was nudged between Look and now
	inBed          // in the kernel
	onCall         // until it is called: the one before it in the line has left, the word does not
	// hold old any more, there is a bed, somebody has died, or its context is done
)

// settle finds the place where to wait. Whatever it was called for before shows
// in the state that is looked at here.
func (p *Place) settle(old uint32, inLine bool) (where int) {
	l := p.lot
	l.mu.Lock()
	defer l.mu.Unlock()
	p.called = false
	if inLine && !l.joinLine(p) {
		return onCall
	}
	bed := l.takeBed(p)
	switch {
	case p.stale():
		return staysUp
	case bed:
		return inBed
	}
	l.poll(p, old)
	return onCall
}

// giveUp hands on the wake that p may have consumed.
func (p *Place) giveUp(err error) error {
	handOn(p.word)
	return err
}

// bit is the wake bit of the place's bed: two beds of a process may share one,
// and so do beds of other processes, who are then woken for no reason.
func (p *Place) bit() uint32 { return 1 << (p.bed % 32) }

// call makes the place look again, if it waits on call.
//
// Preconditions: lot.mu is held.
func (p *Place) call() {
	p.dozes = false
	p.called = true
	p.turn.Signal()
}
