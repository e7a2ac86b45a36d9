package engine

import "testing"

// work is a step of worker i.
func (r jobRules) work(s jmState, i int) jmState {
	w := &s.workers[i]
	switch w.pc {
	case jwIdle, jwSleep:
		w.job, w.ring = w.ring, 0
		if w.job == 0 && !w.swept { // it looks at every open slot before it sleeps
			w.job, w.swept = s.job(), true
		}
		if w.pc = jwSleep; w.job != 0 {
			w.pc = r.order(r.nameLate, jwName, jwCheck)
		} else {
			w.swept = false
		}
	case jwName:
		w.current = w.job
		w.pc = r.order(r.nameLate, jwCheck, jwClaim)
	case jwCheck:
		if w.pc = jwLeave; s.job() == w.job || r.noGenCheck && s.job() != 0 {
			w.pc = r.order(r.nameLate, jwClaim, jwName)
		}
	case jwClaim:
		w.pc = jwLeave
		for p := range s.ledger {
			if s.ledger[p] == jePending {
				s.ledger[p], w.part, w.pc, w.swept = uint8(i+1), uint8(p), jwDone, false
				s.wrong = s.wrong || s.of != w.job || s.job() != w.job // another job's arguments
				break
			}
		}
	case jwLeave:
		w.current, w.job, w.part, w.pc = 0, 0, 0, jwIdle
	default:
		r.finish(&s, w)
	}
	return s
}

// order is one of two places, by a rule.
func (r jobRules) order(other bool, as, is uint8) uint8 {
	if other {
		return is
	}
	return as
}

// finish is a step of member.finish.
func (r jobRules) finish(s *jmState, w *jmWorker) {
	switch w.pc {
	case jwDone:
		s.ledger[w.part] = jeDone
		w.slow, w.pc = s.asleep || s.noisy, jwCount
	case jwCount:
		s.remaining--
		if w.pc = jwClaim; s.remaining <= 0 || s.noisy {
			w.pc = jwTell
		}
		if r.noTell {
			w.pc = jwClaim
		}
	case jwTell:
		sleeps := s.asleep || s.noisy
		if r.lookEarly {
			sleeps = w.slow
		}
		if w.slow, w.pc = false, jwClaim; sleeps {
			w.pc = jwSignal
		}
	case jwSignal:
		s.news, w.pc = true, jwClaim
	}
}

// call is a step of the caller.
func (r jobRules) call(s jmState) []jmState {
	switch s.caller {
	case jcOpen:
		if s.jobs == jmJobs {
			s.caller = jcOver
			break
		}
		s.jobs++
		s.asleep, s.noisy, s.ended, s.quick, s.remaining = false, false, false, false, jmParts
		if s.caller = jcWrite; r.openEarly {
			s.gen++
		} else {
			s.ledger, s.of = [jmParts]uint8{}, s.jobs
		}
	case jcWrite:
		if s.caller = jcOffer; r.openEarly {
			s.ledger, s.of = [jmParts]uint8{}, s.jobs
		} else {
			s.gen++
		}
	case jcOffer:
		if s.caller = jcSpin; !r.noOffer {
			s.offer()
		}
	default:
		return r.await(s)
	}
	return []jmState{s}
}

// await is a step of the caller's wait, and of what it does behind it.
func (r jobRules) await(s jmState) (next []jmState) {
	switch s.caller {
	case jcSpin: // it sees the end, or gives up
		if n := s; n.hasNews() {
			if n.look(jcSpin); n.ended {
				next = append(next, n)
			}
		}
		s.caller = r.order(r.sayLate, jcSay, jcLook)
	case jcSay:
		s.asleep = true
		s.caller = r.order(r.sayLate, jcLook, jcSleep)
	case jcLook:
		s.look(r.order(r.sayLate, jcSleep, jcSay))
	case jcSleep:
		if !s.ended {
			return nil
		}
		s.caller = jcLeave
	case jcLeave:
		s.quick = r.namedEarly && !s.named()
		s.caller = jcClose
	case jcClose:
		s.gen++
		s.caller = jcFree
	case jcFree:
		if s.named() && !r.noNamed && !s.quick {
			return nil
		}
		s.caller = jcOpen
	default:
		return nil
	}
	return append(next, s)
}

// look settles the job if there is news; the caller goes on there if it has not ended.
func (s *jmState) look(on uint8) {
	if s.hasNews() {
		s.settle()
	}
	if s.caller = on; s.ended {
		s.caller = jcLeave
	}
}

// named reports whether a worker may still look at the job that was closed last.
func (s *jmState) named() bool {
	for _, w := range s.workers {
		if w.current != 0 && w.current == s.jobs {
			return true
		}
	}
	return false
}

func TestJobModel(t *testing.T) {
	n, bad := jobRules{}.explore()
	if bad != nil {
		t.Errorf("a state that is wrong: %+v", *bad)
	}
	t.Logf("%d states", n)
}

// Each part of the protocol is needed: without it the model finds a state that is wrong.
func TestJobModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]jobRules{
		"a job is offered": {noOffer: true},
		"the caller says that it sleeps before it looks":    {sayLate: true},
		"a worker counts before it looks whether he sleeps": {lookEarly: true},
		"it looks":                                       {noTell: true},
		"after a death the count is not trusted":         {noNoisy: true},
		"a death settles what is done":                   {noSettle: true},
		"what the dead had is offered again":             {noOfferMore: true},
		"and is pending again":                           {noRedo: true},
		"a worker looks whether the job is open":         {noGenCheck: true},
		"it names the job before that":                   {nameLate: true},
		"a slot is kept while a worker names its job":    {noNamed: true},
		"it is closed before the look at who names it":   {namedEarly: true},
		"it is opened behind everything that is written": {openEarly: true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, bad := r.explore(); bad == nil {
				t.Error("nothing goes wrong without it")
			}
		})
	}
}
