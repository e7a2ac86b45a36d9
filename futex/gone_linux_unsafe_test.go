//go:build linux

package futex

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pair is a wait, and what ends it.
type pair struct{ wait, release func() error }

// releasing are what a member a waits for, and b ends the wait of.
var releasing = map[string]func(at unsafe.Pointer, a, b Member) pair{
	"Semaphore": func(at unsafe.Pointer, a, b Member) pair {
		s := (*Semaphore)(at)
		return pair{func() error { return s.Acquire(bg, a) }, func() error { return s.Release(b, 1) }}
	},
	"Event": func(at unsafe.Pointer, a, _ Member) pair {
		e := (*Event)(at)
		return pair{func() error { return e.Wait(bg, a) }, func() error { e.Set(); return nil }}
	},
	"Latch": func(at unsafe.Pointer, a, _ Member) pair {
		l := (*Latch)(at)
		l.word.Store(latchCount)
		return pair{func() error { return l.Wait(bg, a) }, func() error { l.CountDown(1); return nil }}
	},
	"Once": func(at unsafe.Pointer, a, b Member) pair {
		o := (*Once)(at)
		o.runner.Store(uint32(b.ID()))
		return pair{
			func() error { return o.Do(bg, a, func() error { panic("run twice") }) },
			func() error { o.finish(uint32(b.ID()), onceDone); return nil },
		}
	},
}

// Who has been released may unmap the memory at once, even before the one who
// released has sent its wake.
func TestMemoryMayBeGoneBeforeTheWake(t *testing.T) {
	for name, make := range releasing {
		t.Run(name, func(t *testing.T) {
			var w world
			a, b, bystander := w.join(), w.join(), w.join()
			mem, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
			if err != nil {
				t.Fatal(err)
			}
			p := make(unsafe.Pointer(&mem[0]), a, b)
			released, goOn := hold(pointReleased)
			defer func() { hook = nil }()
			waited := errorOf(p.wait)
			eventually(t, func() bool { return a.sleepers() == 1 })
			ended := errorOf(p.release)
			<-released
			w.kill(bystander) // the waiter looks again, though nobody has woken it
			if err := <-waited; err != nil {
				t.Error(err)
			}
			if err := unix.Munmap(mem); err != nil {
				t.Error(err)
			}
			close(goOn)
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// hold stops whoever comes to the point first, and tells; it goes on when goOn is
// closed.
func hold(where point) (reached, goOn chan struct{}) {
	reached, goOn = make(chan struct{}), make(chan struct{})
	first := make(chan struct{}, 1)
	first <- struct{}{}
	hook = func(p point) {
		if p != where {
			return
		}
		select {
		case <-first:
			close(reached)
			<-goOn
		default:
		}
	}
	return reached, goOn
}
