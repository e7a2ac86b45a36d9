package engine

import "math/bits"

// push adds a hint. Only the coordinator pushes, one goroutine at a time. It is false
// when the ring is full of old hints. seen is the head as the caller saw it last: while
// that leaves room the workers' line is left alone.
func (r *hintRing) push(cell int, seen *uint64) bool {
	tail := r.tail.Load()
	if tail-*seen >= hintSlots {
		if *seen = r.head.Load(); tail-*seen >= hintSlots {
			return false
		}
	}
	r.slots[tail%hintSlots].Store(uint32(cell))
	r.tail.Store(tail + 1) // pairs with the load in next: the slot is there
	return true
}

// forget drops every hint.
func (r *hintRing) forget() { r.head.Store(r.tail.Load()) }

// next takes the oldest hint. Whoever is killed after it has lost the hint, not the
// task: the coordinator makes the hints anew. seen is the tail as the caller saw it last:
// while there is more before it the coordinator's line is left alone.
func (r *hintRing) next(seen *uint64) (cell int, ok bool) {
	for range hintSlots { // somebody else gets on with each failure
		head := r.head.Load()
		if !within(head, *seen) {
			if *seen = r.tail.Load(); !within(head, *seen) {
				return 0, false
			}
		}
		cell := r.slots[head%hintSlots].Load()
		if r.head.CompareAndSwap(head, head+1) {
			return int(cell % maxTasks), true
		}
	}
	return 0, false
}

// within reports whether there is a hint from head to tail.
func within(head, tail uint64) bool { return tail-head-1 < hintSlots }

// empty reports whether there is no hint of any priority.
func (b *taskBoard) empty() bool {
	for i := range b.hints {
		if r := &b.hints[i]; r.head.Load() != r.tail.Load() {
			return false
		}
	}
	return true
}

// rest says that worker i is about to sleep. It is a locked instruction: what the
// coordinator has hinted before it saw the bit is seen by who looks after this.
func (b *taskBoard) rest(i int) { b.idle[i/64].Or(1 << (i % 64)) }

// rise takes the bit of worker i back. It is false if somebody is waking it.
func (b *taskBoard) rise(i int) bool {
	bit := uint64(1) << (i % 64)
	return b.idle[i/64].Load()&bit != 0 && b.idle[i/64].And(^bit)&bit != 0
}

// sleeper finds an idle worker below n, whom the caller must wake: no other gets it.
func (b *taskBoard) sleeper(n int) (worker int, ok bool) {
	for w := range b.idle {
		for set := b.idle[w].Load(); set != 0; set &= set - 1 {
			if i := w*64 + bits.TrailingZeros64(set); i < n && b.rise(i) {
				return i, true
			}
		}
	}
	return 0, false
}

// report marks cell i as one to look at.
func (b *taskBoard) report(i int) {
	b.news[i/64].Or(1 << (i % 64))
	b.newsWords.Or(1 << (i / 64))
}

// reported calls f for every cell with news.
func (b *taskBoard) reported(f func(cell int)) {
	for words := b.newsWords.Swap(0); words != 0; words &= words - 1 {
		w := bits.TrailingZeros64(words)
		for set := b.news[w].Swap(0); set != 0; set &= set - 1 {
			f(w*64 + bits.TrailingZeros64(set))
		}
	}
}
