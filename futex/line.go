package futex

import (
	"context"
	"sync/atomic"
)

// The goroutines of a process that wait for the same thing on the same word stand
// in a line, of which only the first sleeps in the kernel. The lot knows the first
// of each line; that one knows the last. A line is nothing besides its places:
// where thousands wait for a word of their own each, all that there is more is
// looked through by each garbage collection.

// WaitInLine is Wait for goroutines that wait for the same thing: of all in this
// process that wait in line on the word, only the first sleeps in the kernel.
// When it leaves (Unpark), with the thing or without, the next looks again. So
// thousands of goroutines hold one thread, and are served first in, first out.
//
// Preconditions:
//   - A wake that the first cannot use, none behind it could use.
//   - Places on one word of one lot either all wait in line or none does.
func (p *Place) WaitInLine(ctx context.Context, old uint32) error {
	return p.wait(ctx, old, true)
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
	if !p.stands {
		p.stands = true
		l.append(p)
	}
	return p.prev == nil
}

func (l *Lot) append(p *Place) {
	first := l.lines[p.word]
	if first == nil {
		if l.lines == nil {
			l.lines = make(map[*atomic.Uint32]*Place)
		}
		l.lines[p.word], p.last = p, p
		return
	}
	p.prev, first.last.next, first.last = first.last, p, p
}

// leaveLine takes p out of its line. If it was the first, the next is: it looks
// again, since it may be the one who can use the wake that the first has had.
func (l *Lot) leaveLine(p *Place) {
	if !p.stands {
		return
	}
	switch prev, next := p.prev, p.next; {
	case prev == nil && next == nil:
		delete(l.lines, p.word)
	case prev == nil:
		next.prev, next.last = nil, p.last
		l.lines[p.word] = next
		next.call()
	case next == nil:
		prev.next, l.lines[p.word].last = nil, prev
	default:
		prev.next, next.prev = next, prev
	}
	p.stands, p.prev, p.next, p.last = false, nil, nil, nil
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
	if !p.stands {
		return false
	}
	for q := p.lot.lines[p.word]; q != nil && n > 0; q, n = q.next, n-1 {
		if q == p {
			return true
		}
	}
	return false
}
