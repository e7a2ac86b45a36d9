package futex

import (
	"context"
	"sync/atomic"
)

const noBed = -1

// Place is one goroutine's wait on one word, from Park to Unpark. It belongs to
// that goroutine. The package documentation has the protocol.
type Place struct {
	lot  *Lot
	word *atomic.Uint32
	seen atomic.Uint64 // the nudges that the last Look knew of; read by the lot
	of   atomic.Uint32 // whose thing is waited for; NoID: anybody's; a hint
	turn chan struct{} // capacity 1: first of the line, has a bed, or the word has changed

	// Guarded by lot.mu.
	bed        int  // index in lot.beds, or noBed
	queued     bool // waits for a bed
	dozes      bool // and the poller compares the word with old
	old        uint32
	stands     bool   // in the line of its word
	prev, next *Place // in the line
	last       *Place // of the line, if it is the first
}

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
	select {
	case <-p.turn:
		return nil
	case <-ctx.Done():
		return p.giveUp(ctx.Err())
	}
}

// Where a place waits.
const (
	staysUp = iota // nowhere: it was nudged between Look and now
	inBed          // in the kernel
	called         // on its channel: until the one before it in the line leaves, the word does not
	// hold old any more, there is a bed, or somebody dies
)

// settle finds the place where to wait.
func (p *Place) settle(old uint32, inLine bool) (where int) {
	l := p.lot
	l.mu.Lock()
	defer l.mu.Unlock()
	if inLine && !l.joinLine(p) {
		return called
	}
	bed := l.takeBed(p)
	switch {
	case p.stale():
		return staysUp
	case bed:
		return inBed
	}
	l.poll(p, old)
	return called
}

// giveUp hands on the wake that p may have consumed.
func (p *Place) giveUp(err error) error {
	handOn(p.word)
	return err
}

// bit is the wake bit of the place's bed: two beds of a process may share one,
// and so do beds of other processes, who are then woken for no reason.
func (p *Place) bit() uint32 { return 1 << (p.bed % 32) }

// call makes the place look again, if it waits on its channel.
//
// Preconditions: lot.mu is held.
func (p *Place) call() {
	p.dozes = false
	select {
	case p.turn <- struct{}{}:
	default:
	}
}
