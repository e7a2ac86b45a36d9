package futex

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Sleepers is how many threads of one process sleep in the kernel for one Lot.
// For whoever comes later one goroutine polls, until one of them leaves.
const Sleepers = 64

// Lot lists the sleepers of one process on the words of one segment. The zero
// value is ready. A Lot must not be copied.
//
// Nobody who lives sleeps on, if each member calls Nudge after it has confirmed
// the death of another:
//
//  1. Confirmed means that Alive was false, which it then stays. A nudge makes
//     every place stale that has not looked since.
//  2. An evaluation that begins with a Look after the nudge sees the death. A
//     place that looked before is stale. If it has a bed, it is woken again and
//     again until it looks; if not, Wait finds it stale when it takes one. Both
//     happen under the lot's lock, so one of the two is so.
//  3. So after each death every sleeper of every survivor evaluates once more,
//     with all effects of the dead one's stores visible: a wake that the dead
//     one owed, or had received and not used, is not needed.
//  4. Deaths before a process began to watch the others, and members that come
//     later, are covered by a nudge after each look at the table of members.
//  5. Between the living it is the usual futex argument: the kernel compares the
//     word under its own lock before the sleep. A Mutex has W set while anyone
//     sleeps, since the sleeper sets it, and whoever takes the mutex after a
//     wake leaves it set.
//  6. A wake goes to one sleeper. If that one takes the thing, its release wakes
//     the next; if it gives up, it hands the wake on; if it dies, see 1.
//
// The model in the tests goes wrong when any one of these parts is left out.
type Lot struct {
	// Note, if not nil, is told which word the sleeper with this index (below
	// Sleepers) is about to sleep on, and nil when it has left. It is called
	// under the lot's lock and must not call back. Set it before the first Park.
	Note func(sleeper int, word *atomic.Uint32)

	deaths atomic.Uint64 // nudges so far

	mu      sync.Mutex
	beds    [Sleepers]*Place          // who may sleep in the kernel
	queue   []*Place                  // who waits for a bed, first come first served
	lines   map[*atomic.Uint32]*Place // the first of each line, by word
	nudging bool                      // a goroutine repeats the wakes
	polling bool                      // a goroutine looks at the words of the queue
	fresh   bool                      // somebody has come to the queue
}

// Park adds a place for the calling goroutine.
func (l *Lot) Park(word *atomic.Uint32) *Place {
	p := &Place{lot: l, word: word, bed: noBed}
	p.turn.L = (*forSleep)(l)
	return p
}

// Unpark removes the place. From its return on, the lot does not touch the word
// for this place any more.
func (l *Lot) Unpark(p *Place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leaveLine(p)
	l.leaveQueue(p)
	l.leaveBed(p)
}

// Nudge makes every place that is parked now look again: it is called after a
// death has been confirmed, that is, after Alive(id) was false. It does not
// wait; the wakes are repeated in the background until each place has looked.
func (l *Lot) Nudge() {
	l.deaths.Add(1)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.queue {
		p.call()
	}
	if l.wakeBehind() && !l.nudging {
		l.nudging = true
		go l.repeat()
	}
}

// WaitsFor reports whether any place that sleeps now, or is about to, may wait for
// something of a member's: one that did not say of whose ([Place.Of]), or this one's.
func (l *Lot) WaitsFor(id ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	concerns := func(p *Place) bool {
		if p == nil {
			return false
		}
		of := ID(p.of.Load())
		return of == NoID || of == id
	}
	return slices.ContainsFunc(l.beds[:], concerns) || slices.ContainsFunc(l.queue, concerns)
}

// repeat wakes the places that are behind until none is.
func (l *Lot) repeat() {
	for pause := nudgeFirst; ; pause = min(2*pause, nudgeLast) {
		time.Sleep(pause)
		l.mu.Lock()
		if !l.wakeBehind() {
			l.nudging = false
			l.mu.Unlock()
			return
		}
		l.mu.Unlock()
	}
}

// wakeBehind wakes each sleeper that has not looked since the last nudge, and
// reports whether there was one. A wake is harmless if the place is awake, and
// lost if it is just about to sleep: hence repeat.
//
// Preconditions: l.mu is held, so that no place leaves meanwhile.
func (l *Lot) wakeBehind() bool {
	deaths, behind := l.deaths.Load(), false
	for _, p := range &l.beds {
		if p != nil && p.seen.Load() < deaths {
			behind = true
			_, _ = sysWake(p.word, math.MaxInt32, p.bit())
		}
	}
	return behind
}

// takeBed lets p sleep in the kernel, or puts it in the queue.
func (l *Lot) takeBed(p *Place) bool {
	if p.bed != noBed {
		return true
	}
	if bed := l.freeBed(); bed != noBed {
		l.assign(p, bed)
		return true
	}
	if !p.queued {
		p.queued = true
		l.queue = append(l.queue, p)
	}
	return false
}

// freeBed is a bed that nobody has and nobody waits for. It looks at the array in
// place: a copy of it would not fit into the stack that thousands of waiters begin
// with.
func (l *Lot) freeBed() int32 {
	if len(l.queue) > 0 {
		return noBed
	}
	for i, q := range &l.beds {
		if q == nil {
			return int32(i)
		}
	}
	return noBed
}

func (l *Lot) assign(p *Place, bed int32) {
	p.bed = bed
	l.beds[bed] = p
	if l.Note != nil {
		l.Note(int(bed), p.word)
	}
}

// leaveBed gives p's bed to the first in the queue.
func (l *Lot) leaveBed(p *Place) {
	if p.bed == noBed {
		return
	}
	bed := p.bed
	p.bed = noBed
	l.beds[bed] = nil
	if len(l.queue) == 0 {
		if l.Note != nil {
			l.Note(int(bed), nil)
		}
		return
	}
	next := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	next.queued = false
	l.assign(next, bed)
	next.call()
}

func (l *Lot) leaveQueue(p *Place) {
	if !p.queued {
		return
	}
	p.queued = false
	for i, q := range l.queue {
		if q == p {
			l.queue = append(l.queue[:i], l.queue[i+1:]...)
			return
		}
	}
}
