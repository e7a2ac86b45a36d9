package lock

import (
	"errors"
	"fmt"
	"sync"
)

// inProcess is the program of the worker that uses package sync: the parties are
// goroutines of it. There is no barrier in package sync, and no owner that dies.
type inProcess struct {
	loop func(*hand, job, *slot) error
	used *uint64 // the counter of the lock that was set last
}

func (p *inProcess) count() uint64 { return *p.used }

func (p *inProcess) set(kind string, _ int) error {
	switch kind {
	case kindAlone, kindContend, kindTimed:
		m := new(goMutex)
		p.loop, p.used = m.loop, &m.count
	case kindPair:
		m := &goSemaphore{free: make(chan struct{}, 1)}
		p.loop, p.used = m.loop, &m.count
	case kindRead:
		m := new(goRWMutex)
		p.loop, p.used = m.loop, &m.count
	case kindWake:
		e := newGoEvent()
		p.loop, p.used = e.loop, new(uint64)
	default:
		return fmt.Errorf("no lock of sync for %s", kind)
	}
	return nil
}

// run runs all parties.
func (p *inProcess) run(h *hand, j job) error {
	if p.loop == nil {
		return errors.New("no lock was set")
	}
	var wg sync.WaitGroup
	errs := make([]error, j.parties)
	for i := range j.parties {
		part := j
		part.index = i
		wg.Go(func() { errs[i] = h.measure(part, func(s *slot) error { return p.loop(h, part, s) }) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (p *inProcess) own() error                 { return errors.ErrUnsupported }
func (p *inProcess) inherit(*hand, *slot) error { return errors.ErrUnsupported }

// goMutex has the counter where the others have it.
type goMutex struct {
	mutex sync.Mutex
	_     [48]byte
	count uint64
}

func (m *goMutex) loop(h *hand, j job, s *slot) error {
	switch j.kind {
	case kindAlone:
		m.alone(j.ops, s)
	case kindContend:
		m.contend(h, s)
	case kindTimed:
		m.timed(h, s)
	default:
		return fmt.Errorf("a mutex was set, not a lock for %s", j.kind)
	}
	return nil
}

func (m *goMutex) alone(ops uint64, s *slot) {
	for range ops {
		m.mutex.Lock()
		m.count++
		m.mutex.Unlock()
	}
	s.ops = ops
}

func (m *goMutex) contend(h *hand, s *slot) {
	n, x, turns, stop := uint64(0), uint64(0), h.turns, &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		m.mutex.Lock()
		seen := m.count + 1
		m.count = seen
		m.mutex.Unlock()
		n++
		x = think(x^seen, turns)
	}
	s.ops, s.sink = n, x
}

func (m *goMutex) timed(h *hand, s *slot) {
	n, x, turns, stop := uint64(0), uint64(0), h.turns, &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		begin := h.clock.Now()
		m.mutex.Lock()
		took := h.clock.Now() - begin
		seen := m.count + 1
		m.count = seen
		m.mutex.Unlock()
		s.record(took)
		n++
		x = think(x^seen, turns)
	}
	s.ops, s.sink = n, x
}

type goRWMutex struct {
	mutex sync.RWMutex
	_     [32]byte
	count uint64
}

// loop reads until it is over. What each party did is added up under the lock
// for writing.
func (m *goRWMutex) loop(h *hand, _ job, s *slot) error {
	n, stop := uint64(0), &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		m.mutex.RLock()
		m.mutex.RUnlock() //lint:ignore SA2001 the pair is what is measured
		n++
	}
	s.ops, s.end = n, h.clock.Now()
	m.mutex.Lock()
	m.count += n
	m.mutex.Unlock()
	return nil
}

// goSemaphore is a channel with room for as many as may hold it, as Go programs
// write it.
type goSemaphore struct {
	free  chan struct{}
	_     [48]byte
	count uint64
}

func (m *goSemaphore) loop(_ *hand, j job, s *slot) error {
	for range j.ops {
		m.free <- struct{}{}
		m.count++
		<-m.free
	}
	s.ops = j.ops
	return nil
}

// goEvent is what an event is in package sync.
type goEvent struct {
	mutex sync.Mutex
	cond  *sync.Cond
	set   bool
}

func newGoEvent() *goEvent {
	e := new(goEvent)
	e.cond = sync.NewCond(&e.mutex)
	return e
}

func (e *goEvent) loop(h *hand, j job, s *slot) error {
	for r := uint64(1); r <= j.ops; r++ {
		if j.index == 0 {
			h.awaited(r)
			e.mutex.Lock()
			e.set = true
			e.mutex.Unlock()
			e.cond.Broadcast()
			continue
		}
		h.board.asleep.Store(uint32(r))
		e.mutex.Lock()
		for !e.set {
			e.cond.Wait()
		}
		e.mutex.Unlock()
		s.record(h.clock.Now() - h.board.stamp.Load())
		e.mutex.Lock()
		e.set = false
		e.mutex.Unlock()
	}
	s.ops = j.ops
	return nil
}
