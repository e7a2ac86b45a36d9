package ringbuf

import (
	"fmt"
	"testing"
)

// A model of how receivers of a many-to-many ring sleep on the bell of the senders: two senders that
// push a value each, or one and somebody who closes the ring, and two receivers that pop a value each
// and leave. Senders that wait for room are the same with the sides exchanged. A step is one access
// to a shared word. The count in the bell is not kept: all that matters is whether the bell has
// changed since somebody looked. The fences are the business of model_park_test.go.

// States of a value, in their order.
const (
	bFree uint8 = iota
	bClaimed
	bFull
	bTaken
	bGap
)

// Steps. From bRing on: those of ringing.
const (
	bBegin uint8 = iota
	bClaim
	bBell
	bCommit
	bParked
	bClosed
	bAgain
	bTake
	bMore
	bArm
	bCount
	bSleep
	bAsleep
	bOver
	bRing
	bRingAll
	bRingAllCount
	bWake
	bWakeAll
	bClear
)

// bazaarActor is one of them: senders 0 and 1, receivers 2 and 3, the closer 4.
type bazaarActor struct {
	pc, at uint8
	closed bool // the bell said so when it looked
	armed  bool
	fresh  bool // the bell has not changed since it was armed, or rung
	ended  bool // with ErrClosed
}

// bazaar is one state.
type bazaar struct {
	value          [2]uint8
	parked, closed bool
	who            [5]bazaarActor
}

// bazaarRule is a rule of the protocol, left out.
type bazaarRule uint8

const (
	bazaarNone bazaarRule = iota
	bazaarHandOn
	bazaarWakeAllAfterClose
	bazaarBellAfterClaim
	bazaarWakeOfGap
	bazaarLookTwice
	bazaarLookAfterArming
	bazaarWordCheck
	bazaarCompareAndClear
	bazaarRules
)

func (r bazaarRule) String() string {
	return [...]string{
		"nothing", "handing on", "the wake of all after Close", "the look at the bell after the claim", "the wake for a gap",
		"the look at the cell after that at the bell", "the look after arming", "the comparison when falling asleep",
		"the comparison when clearing the flag",
	}[r]
}

// bazaarModel is the rule that is left out.
type bazaarModel struct{ without bazaarRule }

// explore visits every state of two senders, or of one and a Close.
func (p bazaarModel) explore(closes bool) (string, int) {
	first := bazaar{}
	first.who[4].pc = bOver
	if closes {
		first.who[1].pc, first.who[4].pc = bOver, bBegin
	}
	return exploreAll(first, func(m bazaar, visit func(bazaar)) {
		for k := range m.who {
			p.step(m, k, func(next bazaar) { visit(next.tidy()) })
		}
	}, bazaar.judge)
}

// tidy clears what has no influence any more.
func (m bazaar) tidy() bazaar {
	for k := range m.who {
		a := &m.who[k]
		if a.pc == bOver || a.pc == bAsleep {
			*a = bazaarActor{pc: a.pc, armed: a.pc == bAsleep, ended: a.ended}
		}
	}
	return m
}

// judge looks at states in which nobody can go on.
func (m bazaar) judge(stuck bool) string {
	if !stuck {
		return ""
	}
	_, state := m.front()
	for k := range m.who {
		switch a := m.who[k]; {
		case a.pc == bAsleep && state == bFull:
			return fmt.Sprintf("receiver %d sleeps beside a value", k)
		case a.pc == bAsleep && m.closed:
			return fmt.Sprintf("receiver %d sleeps after Close", k)
		case a.ended && state == bFull:
			return fmt.Sprintf("receiver %d was told of the end before a value", k)
		case a.pc != bAsleep && a.pc != bOver:
			return fmt.Sprintf("actor %d hangs", k)
		}
	}
	return ""
}

func TestMPMCSleepInterleavings(t *testing.T) {
	for _, closes := range []bool{false, true} {
		why, n := bazaarModel{}.explore(closes)
		if t.Logf("closes %t: %d states", closes, n); why != "" || n < 1000 {
			t.Errorf("closes %t, %d states: %s", closes, n, why)
		}
	}
}

// TestMPMCSleepInterleavingsNeedEachPiece leaves one rule out at a time.
func TestMPMCSleepInterleavingsNeedEachPiece(t *testing.T) {
	for r := bazaarRule(1); r < bazaarRules; r++ {
		why, n := bazaarModel{r}.explore(false)
		if why == "" {
			why, n = bazaarModel{r}.explore(true)
		}
		if t.Logf("without %v: state %d: %.120s", r, n, why); why == "" {
			t.Errorf("without %v nothing goes wrong", r)
		}
	}
}
