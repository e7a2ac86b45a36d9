package futex

import (
	"context"
	"sync/atomic"
)

// line is the queue of a process's goroutines that wait for the same thing on
// the same word. Only the first sleeps in the kernel. It is in the map of its
// lot while somebody stands in it.
type line struct {
	word        *atomic.Uint32
	first, last *Place
}

// WaitInLine is Wait for goroutines that wait for the same thing: of all in this
// process that wait in line on the word, only the first sleeps in the kernel.
// When it leaves (Unpark), with the thing or without, the next looks again. So
// thousands of goroutines hold one thread, and are served first in, first out.
//
// Preconditions:
//   - A wake that the first cannot use, none behind it could use.
//   - Places on one word of one lot either all wait in line or none does.
func (p *Place) WaitInLine(ctx context.Context, old uint32) error {
	p.lot.mu.Lock()
	first := p.lot.joinLine(p)
	p.lot.mu.Unlock()
	if first {
		return p.Wait(ctx, old)
	}
	select {
	case <-p.turn:
		return nil
	case <-ctx.Done():
		return p.giveUp(ctx.Err())
	}
}

// WaitTogether is WaitInLine for goroutines that wait for the same news, which
// may be followed by newer news at once: those who wait for the older stand
// before those who wait for the newer, so that the first never sleeps for
// something that one behind it has missed. To that end whoever is not the first
// looks at the word once more when it stands in the line.
//
// Preconditions:
//   - As for WaitInLine; the places of one word all use the same of the two.
//   - The word changes with each piece of news.
func (p *Place) WaitTogether(ctx context.Context, old uint32) error {
	p.lot.mu.Lock()
	first := p.lot.joinLine(p)
	p.lot.mu.Unlock()
	if !first && p.word.Load() != old {
		return nil
	}
	return p.WaitInLine(ctx, old)
}

// joinLine puts p at the end of its line, once, and reports whether it is first.
func (l *Lot) joinLine(p *Place) bool {
	if p.line == nil {
		if l.lines == nil {
			l.lines = make(map[*atomic.Uint32]*line)
		}
		q := l.lines[p.word]
		if q == nil {
			q = &line{word: p.word}
			l.lines[p.word] = q
		}
		q.append(p)
	}
	return p.line.first == p
}

// leaveLine takes p out of its line. If it was the first, the next is: it looks
// again, since it may be the one who can use the wake that the first has had.
func (l *Lot) leaveLine(p *Place) {
	q := p.line
	if q == nil {
		return
	}
	wasFirst := q.first == p
	q.remove(p)
	switch {
	case q.first == nil:
		delete(l.lines, q.word)
	case wasFirst:
		q.first.call()
	}
}

func (q *line) append(p *Place) {
	p.line, p.prev = q, q.last
	if q.last != nil {
		q.last.next = p
	} else {
		q.first = p
	}
	q.last = p
}

func (q *line) remove(p *Place) {
	if p.prev != nil {
		p.prev.next = p.next
	} else {
		q.first = p.next
	}
	if p.next != nil {
		p.next.prev = p.prev
	} else {
		q.last = p.prev
	}
	p.line, p.prev, p.next = nil, nil, nil
}

// join takes the place's position in its line now, before it waits for anything.
// Whoever evaluates after it has joined waits in line only behind goroutines
// that had joined before the evaluation.
func (p *Place) join() {
	p.lot.mu.Lock()
	defer p.lot.mu.Unlock()
	p.lot.joinLine(p)
}

// among reports whether p is one of the first n of its line.
func (p *Place) among(n uint32) bool {
	p.lot.mu.Lock()
	defer p.lot.mu.Unlock()
	if p.line == nil {
		return false
	}
	for q := p.line.first; q != nil && n > 0; q, n = q.next, n-1 {
		if q == p {
			return true
		}
	}
	return false
}
