package futex

import "time"

// The poller looks at the words of all places without a bed after pollFirst, and
// then at intervals that double up to pollLast while none of them changes.
const (
	pollFirst = time.Millisecond
	pollLast  = 20 * time.Millisecond
)

// poll has the poller compare the word of a place without a bed with old, as the
// kernel would. One goroutine does it for all: looking at a word takes a
// nanosecond or two, waking a goroutine that looks for itself a thousand.
//
// Preconditions: l.mu is held.
func (l *Lot) poll(p *Place, old uint32) {
	p.old, p.dozes = old, true
	l.fresh = true
	if !l.polling {
		l.polling = true
		go l.poller()
	}
}

// poller runs while there are places without a bed.
func (l *Lot) poller() {
	for pause := pollFirst; ; pause = min(2*pause, pollLast) {
		time.Sleep(pause)
		l.mu.Lock()
		if len(l.queue) == 0 {
			l.polling = false
			l.mu.Unlock()
			return
		}
		if l.callChanged() || l.fresh {
			pause = pollFirst / 2
		}
		l.fresh = false
		l.mu.Unlock()
	}
}

// callChanged has those look again whose word has changed, and reports whether
// there was one.
func (l *Lot) callChanged() (changed bool) {
	for _, p := range l.queue {
		if p.dozes && p.word.Load() != p.old {
			p.call()
			changed = true
		}
	}
	return changed
}
