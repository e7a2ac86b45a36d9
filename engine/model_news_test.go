package engine

import (
	"fmt"
	"math/bits"
	"testing"
)

// The model of how the coordinator hears of news: taskBoard.report, member.signal and
// processes.listen. Two workers report a cell each, again and again, and are killed at any
// step; a step of the coordinator itself (nudge) is a third one that reports nothing.

// newsRules are the parts that are needed; see wakeRules.
type newsRules struct {
	wordEarly   bool // the word of news is set before the bit of the cell
	eventEarly  bool // the step of events comes before both
	noCompare   bool // the listener sleeps although there was an event
	noWake      bool // a worker does not wake the listener
	drowsyLate  bool // the listener compares events before it says that it will sleep
	reviewFirst bool // it loads events after it has looked
}

// Where a worker is; the order is that of the code.
const (
	nwBegin = iota
	nwBit
	nwWord
	nwEvent
	nwWake
)

// Where the listener is.
const (
	nlLoad = iota
	nlWord
	nlBits
	nlHear
	nlDrowsy
	nlSleep
	nlAsleep
)

type newsWorker struct{ pc, left uint8 }

// newsState is one state of everything: a map key.
type newsState struct {
	workers   [2]newsWorker
	word      bool
	bits, due uint8 // due: the listener is to hear of this cell
	stale     bool  // events is not what the listener has loaded
	drowsy    bool
	listener  uint8
	heard     uint8
}

func (r newsRules) explore(reports [2]uint8) (int, error) {
	first := newsState{workers: [2]newsWorker{{left: reports[0]}, {left: reports[1]}}, drowsy: true, listener: nlAsleep}
	seen, todo := map[newsState]struct{}{first: {}}, []newsState{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := r.next(s)
		if len(next) == 0 && s.due != 0 {
			return len(seen), fmt.Errorf("the coordinator does not hear of cells %02b: %+v", s.due, s)
		}
		for _, n := range next {
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}

func (r newsRules) next(s newsState) (next []newsState) {
	for i, w := range s.workers {
		if w.pc != nwBegin || w.left > 0 {
			next = append(next, r.work(s, i))
		}
	}
	if s.listener != nlAsleep {
		next = append(next, r.listen(s))
	}
	return next
}

// steps of a worker, in the order of the code, or of a rule that changes it.
func (r newsRules) steps() []uint8 {
	switch {
	case r.wordEarly:
		return []uint8{nwWord, nwBit, nwEvent, nwWake}
	case r.eventEarly:
		return []uint8{nwEvent, nwBit, nwWord, nwWake}
	}
	return []uint8{nwBit, nwWord, nwEvent, nwWake}
}

func (r newsRules) work(s newsState, i int) newsState {
	w := &s.workers[i]
	if w.pc == nwBegin {
		w.left--
		w.pc = 1
		s.due |= 1 << i // its cell has changed: what the listener sees from here on is new
		return s
	}
	switch r.steps()[w.pc-1] {
	case nwBit:
		s.bits |= 1 << i
	case nwWord:
		s.word = true
	case nwEvent:
		s.stale = true
	case nwWake:
		if s.drowsy && s.listener == nlAsleep && !r.noWake {
			s.listener = nlLoad
		}
	}
	if w.pc++; w.pc > nwWake {
		w.pc = nwBegin
	}
	return s
}

func (r newsRules) listen(s newsState) newsState {
	switch s.listener {
	case nlLoad:
		s.drowsy, s.listener = false, nlWord
		if !r.reviewFirst {
			s.stale = false
		}
	case nlWord:
		word := s.word
		s.word, s.listener = false, nlBits
		if !word {
			s.listener = nlDrowsy
		}
	case nlBits:
		s.heard, s.bits, s.listener = s.bits, 0, nlHear
	case nlHear:
		if s.heard != 0 {
			s.due &^= 1 << bits.TrailingZeros8(s.heard)
			s.heard &= s.heard - 1
		}
		if s.heard == 0 {
			s.listener = nlDrowsy
		}
	default:
		r.sleep(&s)
	}
	return s
}

func (r newsRules) sleep(s *newsState) {
	if r.reviewFirst && s.listener == nlDrowsy {
		s.stale = false
	}
	switch {
	case s.listener == nlDrowsy && r.drowsyLate && s.stale:
		s.listener = nlLoad
	case s.listener == nlDrowsy:
		s.drowsy, s.listener = !r.drowsyLate, nlSleep
	case r.drowsyLate:
		s.drowsy, s.listener = true, nlAsleep
	case s.stale && !r.noCompare:
		s.listener = nlLoad
	default:
		s.listener = nlAsleep
	}
}

func TestNewsModel(t *testing.T) {
	n, err := newsRules{}.explore([2]uint8{4, 4})
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d states", n)
}

// Each part of the protocol is needed: without it the model finds a state that is wrong.
func TestNewsModelNeedsEveryRule(t *testing.T) {
	for name, r := range map[string]newsRules{
		"the bit of a cell comes before its word":        {wordEarly: true},
		"events is stepped behind both":                  {eventEarly: true},
		"the listener compares events":                   {noCompare: true},
		"a worker wakes the listener":                    {noWake: true},
		"it compares behind its word that it will sleep": {drowsyLate: true},
		"events is loaded before the look":               {reviewFirst: true},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := r.explore([2]uint8{4, 4}); err == nil {
				t.Error("nothing goes wrong without it")
			}
		})
	}
}
