package lock

import "github.com/shmengine/shmengine/futex"

// mutexAlone does n pairs.
func mutexAlone(mu *futex.Handle, count *uint64, ops uint64, s *slot) error {
	for range ops {
		if err := mu.Lock(bg); err != nil {
			return err
		}
		*count++
		mu.Unlock()
	}
	s.ops = ops
	return nil
}

// mutexContend does pairs, and thinks after each, until it is over.
func mutexContend(h *hand, mu *futex.Handle, count *uint64, s *slot) error {
	n, x, turns, stop := uint64(0), uint64(0), h.turns, &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		if err := mu.Lock(bg); err != nil {
			return err
		}
		seen := *count + 1
		*count = seen
		mu.Unlock()
		n++
		x = think(x^seen, turns)
	}
	s.ops, s.sink = n, x
	return nil
}

// mutexTimed is mutexContend with the wait for each lock recorded.
func mutexTimed(h *hand, mu *futex.Handle, count *uint64, s *slot) error {
	n, x, turns, stop := uint64(0), uint64(0), h.turns, &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		begin := h.clock.Now()
		if err := mu.Lock(bg); err != nil {
			return err
		}
		took := h.clock.Now() - begin
		seen := *count + 1
		*count = seen
		mu.Unlock()
		s.record(took)
		n++
		x = think(x^seen, turns)
	}
	s.ops, s.sink = n, x
	return nil
}

// rwRead reads until it is over. What each party did is added up under the lock
// for writing.
func rwRead(h *hand, mu *futex.RWHandle, count *uint64, s *slot) error {
	n, stop := uint64(0), &h.board.stop
	for over := false; !over; over = stop.Load() != 0 {
		if err := mu.RLock(bg); err != nil {
			return err
		}
		mu.RUnlock()
		n++
	}
	s.ops, s.end = n, h.clock.Now()
	if err := mu.Lock(bg); err != nil {
		return err
	}
	*count += n
	mu.Unlock()
	return nil
}

// pairs takes a semaphore of one and gives it back.
func (c *semaphoreCell) pairs(mb futex.Member, ops uint64, s *slot) error {
	for range ops {
		if err := c.semaphore.Acquire(bg, mb); err != nil {
			return err
		}
		c.count++
		if err := c.semaphore.Release(mb, 1); err != nil {
			return err
		}
	}
	s.ops = ops
	return nil
}

// eventWake wakes, or sleeps.
func eventWake(h *hand, j job, e *futex.Event, mb futex.Member, s *slot) error {
	for r := uint64(1); r <= j.ops; r++ {
		if j.index == 0 {
			h.awaited(r)
			e.Set()
			continue
		}
		h.board.asleep.Store(uint32(r))
		if err := e.Wait(bg, mb); err != nil {
			return err
		}
		s.record(h.clock.Now() - h.board.stamp.Load())
		e.Clear()
	}
	s.ops = j.ops
	return nil
}

// barrierRounds passes the barrier until worker 0 has named the last round.
func barrierRounds(h *hand, j job, b *futex.Barrier, mb futex.Member, s *slot) error {
	serial, stop, last := uint64(0), &h.board.stop, &h.board.last
	for r := uint64(1); ; r++ {
		if j.index == 0 && stop.Load() != 0 {
			last.Store(r)
		}
		index, err := b.Wait(bg, mb)
		if err != nil {
			return err
		}
		if index == 0 {
			serial++
		}
		if end := last.Load(); end != 0 && end <= r {
			s.ops, s.serial = r, serial
			return nil
		}
	}
}
