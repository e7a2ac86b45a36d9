package process

import "context"

// A spare is one process of a Starter.
type spare struct {
	p     *Process
	place int
	mem   []byte
	b     *block
	given chan *Job     // what it was handed, of room for one: to its watcher
	gone  chan struct{} // closed when it is dead and its block says so
	was   uint32        // the block's state at its death; read after gone

	// Guarded by Starter.mu.
	job  *Job
	jobs int // that it was given
	dead bool
}

// maxTries is how many spares may be found dead by one job.
const maxTries = 3

// hand gives a job to a spare.
func (s *Starter) hand(ctx context.Context, j *Job) error {
	for {
		sp, err := s.take(ctx)
		if err != nil {
			return err
		}
		if s.giveTo(sp, j) {
			return nil
		}
	}
}

// take finds a waiting spare, or starts one if there may be more.
func (s *Starter) take(ctx context.Context) (*spare, error) {
	for {
		s.mu.Lock()
		n, changed := len(s.idle), s.changed
		switch {
		case s.closed:
			s.mu.Unlock()
			return nil, ErrClosed
		case n > 0:
			sp := s.idle[n-1]
			s.idle = s.idle[:n-1]
			s.mu.Unlock()
			return sp, nil
		case s.total < s.cfg.Most:
			s.total++
			s.mu.Unlock()
			return s.grow()
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// giveTo hands a job to a spare, unless that is dead.
func (s *Starter) giveTo(sp *spare, j *Job) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sp.dead {
		return false
	}
	sp.jobs++
	sp.job, j.at, j.p = j, sp, sp.p
	sp.b.write(j.entry.name, j.args, sp.jobs >= s.cfg.Jobs)
	sp.b.give()
	sp.given <- j // has room: it is one job at a time
	s.refill()
	return true
}

// refill starts what is missing of the spares, in the background.
//
// Preconditions: s.mu is held.
func (s *Starter) refill() {
	if s.cfg.Method != Standby || s.closed {
		return
	}
	missing := min(s.cfg.Spares-len(s.idle)-s.starting(), s.cfg.Most-s.total)
	for range missing {
		s.total++
		s.busy.Go(func() {
			if sp, err := s.grow(); err == nil {
				s.rest(sp)
			} // else the next Start meets the same error, and returns it
		})
	}
}

// starting is how many spares are being started.
//
// Preconditions: s.mu is held.
func (s *Starter) starting() int { return s.total - len(s.all) }

// grow starts a spare that was counted already.
func (s *Starter) grow() (*spare, error) {
	s.mu.Lock()
	place := s.occupy()
	s.mu.Unlock()
	sp, err := s.cfg.newSpare(place)
	s.mu.Lock()
	closed := s.closed
	if err != nil || closed {
		s.total--
		s.places[place] = false
		s.announce()
	} else {
		s.all = append(s.all, sp)
		s.busy.Go(func() { s.mourn(sp) })
		s.busy.Go(func() { s.watch(sp) })
	}
	s.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case closed:
		_ = sp.p.Kill() // a pidfd of a process of ours: it can be signalled
		<-sp.p.Done()
		unmapBlock(sp.mem)
		return nil, ErrClosed
	}
	return sp, nil
}

// newSpare starts a process with a block.
func (c Config) newSpare(place int) (*spare, error) {
	f, mem, err := newBlock()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // the mapping stays
	cmd := c.command(place)
	cmd.Files = append(cmd.Files, f)
	cmd.block = true
	p, err := Start(cmd)
	if err != nil {
		unmapBlock(mem)
		return nil, err
	}
	return &spare{p: p, place: place, mem: mem, b: viewBlock(mem), given: make(chan *Job, 1), gone: make(chan struct{})}, nil
}

// rest makes a spare one of those that wait.
func (s *Starter) rest(sp *spare) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !sp.dead && !s.closed {
		s.idle = append(s.idle, sp)
		s.announce()
	}
}
