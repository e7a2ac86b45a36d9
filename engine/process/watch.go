package process

import "context"

// mourn waits for the death of a spare, and lets its watcher know.
func (s *Starter) mourn(sp *spare) {
	<-sp.p.Done()
	s.mu.Lock()
	sp.dead = true // from now on it is given no job
	s.mu.Unlock()
	s.forget(sp)
	sp.was = sp.b.mourn()
	close(sp.gone)
}

// watch accompanies a spare from job to job to its end.
func (s *Starter) watch(sp *spare) {
	for sp.serves(s) {
	}
	<-sp.gone
	ready := sp.b.ready.Load() != 0
	unmapBlock(sp.mem)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.total--
	s.places[sp.place] = false
	s.announce()
	if ready {
		s.refill()
	}
}

// serves sees one job of a spare through, and reports whether it lives on.
func (sp *spare) serves(s *Starter) bool {
	var j *Job
	select {
	case j = <-sp.given:
	case <-sp.gone:
		select {
		case j = <-sp.given:
		default:
			return false
		}
	}
	if sp.b.await() == stateDone {
		s.done(sp, j)
		return true
	}
	<-sp.gone
	s.lost(sp, j)
	return false
}

// done ends a job that its spare has done, and lets the spare rest.
func (s *Starter) done(sp *spare, j *Job) {
	code := int(sp.b.code.Load() & 0xff) // as the kernel cuts it
	sp.b.state.CompareAndSwap(stateDone, stateFree)
	s.mu.Lock()
	sp.job, j.at = nil, nil
	s.mu.Unlock()
	s.rest(sp)
	j.finish(exit{code: code, known: true})
}

// lost ends a job with its process, or hands it to another spare if this one had not begun.
func (s *Starter) lost(sp *spare, j *Job) {
	s.mu.Lock()
	begun := sp.was != stateJob || sp.b.ready.Load() == 0
	sp.job, j.at = nil, nil
	j.tries++
	again := !begun && !j.doomed && !s.closed && j.tries < maxTries
	if again {
		s.busy.Go(func() { s.handAgain(j, sp.p.exit) })
	}
	s.mu.Unlock()
	if !again {
		j.finish(sp.p.exit)
	}
}

// handAgain gives a job to another spare; if that cannot be, it has ended with the one that
// it was given to.
func (s *Starter) handAgain(j *Job, e exit) {
	if s.hand(context.Background(), j) != nil { // ErrClosed, or no process can be started
		j.finish(e)
	}
}
