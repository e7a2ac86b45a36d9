package ostour

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	loads      = 1 << 13 // of one chase, at least
	chases     = 4       // of a measurement
	pageWords  = pageSize / 8
	lineWords  = 8
	linesApage = pageWords / lineWords
)

// chase goes from page to page in an order that no prefetcher foresees, one load each, on
// another line of each, so that the caches' sets are all in use; or from line to line of few pages.
func (s *stage) chase(pages, advice int, place func(int) int) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		all, err := anonymous(pages*pageSize+2*hugeSize, advice)
		if err != nil {
			return o, err
		}
		words := wordsOf(alignedPart(all, hugeSize))
		n, err := counting(faults, func() error { link(words, pages, place); return nil })
		if err == nil && advice == unix.MADV_HUGEPAGE && pages >= 2*hugeSize/pageSize && n > uint64(pages/2) {
			err = absence(noHuge)
		}
		if err == nil {
			o = walk(words, pages)
		}
		return o, errors.Join(err, unix.Munmap(all))
	})
}

// link makes one circle of all pages.
func link(words []uint64, pages int, place func(int) int) {
	order := rand.New(rand.NewPCG(1, uint64(pages))).Perm(pages)
	for i, page := range order {
		words[place(page)] = uint64(place(order[(i+1)%pages]))
	}
}

// apartPlace is the word that is visited of a page, closePlace where that is if all are
// side by side: on the same line of its page, so in the same set of a cache.
func apartPlace(page int) int { return page*pageWords + page%linesApage*lineWords }
func closePlace(page int) int { return page * lineWords }

// walk goes round, whole circles only, so that each chase begins and ends at one place.
func walk(words []uint64, pages int) outcome {
	steps := (loads + pages - 1) / pages * pages
	o := outcome{Want: chases}
	follow(words, 0, steps) // to warm up
	o.Values = timed(chases, steps, func(int) {
		if follow(words, 0, steps) == 0 {
			o.Did++
		}
	})
	return o
}

//go:noinline
func follow(words []uint64, at uint64, steps int) uint64 {
	for range steps {
		at = words[at]
	}
	return at
}

// turn is a word with a line, and the next, to itself.
type turn struct {
	_ [128]byte
	n atomic.Uint64
	_ [128]byte
}

const (
	trips       = 100 // there and back, in a batch
	lineBatches = 40
)

// line has two CPUs write a word in turn.
func (s *stage) line(context.Context) (outcome, error) {
	var t turn
	begun := make(chan error, 1)
	go func() {
		_, err := s.pinned(s.cpus[1], func() (outcome, error) {
			begun <- nil
			t.answer(trips * lineBatches)
			return outcome{}, nil
		})
		select {
		case begun <- err: // it could not be pinned
		default:
		}
	}()
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		if err := <-begun; err != nil {
			return o, err
		}
		o.Values = timed(lineBatches, trips, func(i int) { t.ask(uint64(i * trips)) })
		o.Did, o.Want = t.n.Load(), 2*trips*lineBatches
		return o, nil
	})
}

// ask steps the word when it is even, and waits for the answer.
func (t *turn) ask(from uint64) {
	for i := from; i < from+trips; i++ {
		t.n.Store(2*i + 1)
		for t.n.Load() != 2*i+2 {
		}
	}
}

func (t *turn) answer(n uint64) {
	for i := range n {
		for t.n.Load() != 2*i+1 {
		}
		t.n.Store(2*i + 2)
	}
}

const usageFor = 40 * time.Millisecond

func (s *stage) usageFirst(context.Context) (outcome, error) { return s.usage(true) }
func (s *stage) usageAgain(context.Context) (outcome, error) { return s.usage(false) }

// usage touches memory, fresh each time or always the same, until the kernel's clocks have
// ticked some times.
func (s *stage) usage(fresh bool) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		before, err := threadUsage()
		if err != nil {
			return o, err
		}
		var b []byte
		perMap := uint64(mapPages * pageSize / os.Getpagesize())
		for end := time.Now().Add(usageFor); time.Now().Before(end) && err == nil; {
			if b, err = another(b, fresh); err == nil {
				o.Values = append(o.Values, timed(1, mapPages, func(int) { touch(b, 0, mapPages) })...)
			}
			if fresh || o.Want == 0 {
				o.Want += perMap
			}
		}
		after, uerr := threadUsage()
		o.Did, o.System = uint64(faults(&after)-faults(&before)), share(&before, &after)
		return o, errors.Join(err, uerr, unix.Munmap(b))
	})
}

// another returns memory to touch: b, unless it is to be fresh or there is none yet.
func another(b []byte, fresh bool) ([]byte, error) {
	if b != nil && !fresh {
		return b, nil
	}
	if b != nil {
		if err := unix.Munmap(b); err != nil {
			return nil, os.NewSyscallError("munmap", err)
		}
	}
	return anonymous(mapPages*pageSize, unix.MADV_NOHUGEPAGE)
}

// share is how much of the CPU's time between two readings was the kernel's.
func share(from, to *unix.Rusage) float64 {
	user, system := to.Utime.Nano()-from.Utime.Nano(), to.Stime.Nano()-from.Stime.Nano()
	if user+system == 0 {
		return 0
	}
	return float64(system) / float64(user+system)
}
