package ringbuf

import (
	"fmt"
	"testing"
)

// A model of the cells of a many-to-many ring: processes that push and pop, of which some may be
// killed before any step. A step is one access to a word that others write; memory is sequentially
// consistent, since each hand-over here is by one word. Whoever is blocked goes on when anything has
// changed: that no wake is lost is what the model of sleeping shows (model_crowd_test.go).

// manyCell is a cell: its word, and the value.
type manyCell struct{ lap, state, owner, value uint8 }

const (
	mEmpty uint8 = iota
	mClaimed
	mFull
	mTaken
)

// manyActor is one process. pc is its next step, the other fields are its registers.
type manyActor struct {
	pc     uint8
	i      uint8 // next
	at     uint8 // the value that it works on, or the cell that it looks at
	left   uint8 // values to push
	value  uint8
	news   bool // strays has stepped since it looked for them
	stale  bool // something has changed since it began to look
	mended bool
	victim uint8 // whom it buries
}

const manyActors = 4

// many is one state.
type many struct {
	cell      [2]manyCell
	who       [manyActors]manyActor
	dead      uint8 // masks of actors
	departed  uint8
	accepted  uint8 // masks of values
	delivered uint8
	wrong     string
}

const (
	mLook uint8 = iota
	mCAS
	mWrite
	mHandOver
	mStrays
	mMend
	mBury
	mTell
	mDepart
	mAsleep
	mOver
)

// manyRule is a rule of the protocol, left out.
type manyRule uint8

const (
	manyNone manyRule = iota
	manyAsk
	manyClaimByCAS
	manyTakeByCAS
	manyCommitLast
	manyReleaseLast
	manyGapOfNextLap
	manyRepairClaims
	manyRepairTakes
	manyDeliverAgain
	manyTellStrays
	manyTellAfterwards
	manyDepartLast
	manyRules
)

func (r manyRule) String() string {
	return [...]string{
		"nothing", "asking whether the owner lives", "the compare-and-swap of a claim", "the compare-and-swap of a take",
		"the commit after the value", "the release after the value", "the next lap of a gap", "the repair of claims",
		"the repair of takes", "the second delivery", "the word of strays", "the cells before the word of strays",
		"the seat after all",
	}[r]
}

// manyModel is a ring, who uses it, and the rule that is left out.
type manyModel struct {
	capacity uint8
	pushes   [manyActors]uint8 // 0: a receiver
	actors   int
	mortal   uint8 // mask
	without  manyRule
}

func (p manyModel) cellOf(m *many, i uint8) (*manyCell, uint8) {
	return &m.cell[i%p.capacity], i / p.capacity
}

func (m *many) change() {
	for k := range m.who {
		m.who[k].stale = true
	}
}

// tidy clears what has no influence any more, so that equal states are equal.
func (p manyModel) tidy(m many) many {
	for k := range m.who {
		a := &m.who[k]
		switch {
		case k >= p.actors || m.dead&(1<<k) != 0 || a.pc == mOver:
			*a = manyActor{pc: mOver}
		case a.pc == mLook, a.pc == mAsleep:
			a.at, a.value, a.victim = 0, 0, 0
			a.stale = a.stale && a.pc == mAsleep
		case a.pc == mCAS, a.pc == mWrite, a.pc == mHandOver:
			a.stale = false
		}
	}
	return m
}

// explore visits every state, and returns what is wrong in the first that is.
func (p manyModel) explore() (string, int) {
	first := many{}
	for k := range p.actors {
		first.who[k].left = p.pushes[k]
	}
	first = p.tidy(first)
	return exploreAll(first, func(m many, visit func(many)) {
		for k := range p.actors {
			if next, ok := p.step(m, k); ok {
				visit(p.tidy(next))
			}
		}
		for k := range p.actors {
			if bit := uint8(1) << k; p.mortal&^m.dead&bit != 0 && m.who[k].pc != mOver {
				next := m
				next.dead |= bit
				next.change() // the others are nudged
				visit(p.tidy(next))
			}
		}
	}, p.judge)
}

// judge looks at a state, in which perhaps nobody can go on.
func (p manyModel) judge(m many, stuck bool) string {
	switch {
	case m.wrong != "" || !stuck:
		return m.wrong
	case m.accepted != m.delivered:
		return fmt.Sprintf("accepted %b, delivered %b", m.accepted, m.delivered)
	}
	for k := range p.actors {
		if p.pushes[k] > 0 && m.who[k].pc != mOver {
			return fmt.Sprintf("sender %d hangs", k)
		}
	}
	for i, c := range m.cell[:p.capacity] {
		if c.state != mEmpty {
			return fmt.Sprintf("cell %d is not free at the end", i)
		}
	}
	return ""
}

// exploreAll visits every state that can be reached, and returns what judge says of the first that
// it refuses, and how many states there were.
func exploreAll[S comparable](first S, next func(S, func(S)), judge func(S, bool) string) (string, int) {
	seen, todo := map[S]struct{}{first: {}}, []S{first}
	for len(todo) > 0 {
		m := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		stuck := true
		next(m, func(s S) {
			stuck = false
			if _, old := seen[s]; !old {
				seen[s] = struct{}{}
				todo = append(todo, s)
			}
		})
		if why := judge(m, stuck); why != "" {
			return fmt.Sprintf("%s: %+v", why, m), len(seen)
		}
	}
	return "", len(seen)
}

func manyModels() []manyModel {
	large := []manyModel{
		{capacity: 2, pushes: [4]uint8{2, 1, 0, 0}, actors: 4, mortal: 1<<0 | 1<<2},
		{capacity: 1, pushes: [4]uint8{2, 2, 0, 0}, actors: 4, mortal: 1<<0 | 1<<2},
		{capacity: 2, pushes: [4]uint8{2, 0, 0, 0}, actors: 4, mortal: 1<<1 | 1<<2},
	}
	small := []manyModel{
		{capacity: 1, pushes: [4]uint8{1, 1, 0, 0}, actors: 4, mortal: 1 << 0},
		{capacity: 1, pushes: [4]uint8{1, 1, 0, 0}, actors: 4, mortal: 1 << 2},
		{capacity: 2, pushes: [4]uint8{2, 1, 0}, actors: 3, mortal: 1 << 1},
		{capacity: 2, pushes: [4]uint8{2, 0, 0}, actors: 3, mortal: 1<<0 | 1<<1},
	}
	if stress {
		return append(small, large...)
	}
	return small
}

func TestMPMCInterleavings(t *testing.T) {
	for i, p := range manyModels() {
		why, n := p.explore()
		if t.Logf("model %d: %d states", i, n); why != "" || n < 1000 {
			t.Errorf("model %d, %d states: %s", i, n, why)
		}
	}
}

// TestMPMCInterleavingsNeedEachPiece leaves one rule out at a time, and finds what goes wrong then.
func TestMPMCInterleavingsNeedEachPiece(t *testing.T) {
	for r := manyRule(1); r < manyRules; r++ {
		found := ""
		for i, p := range manyModels() {
			p.without = r
			if why, n := p.explore(); why != "" {
				found = fmt.Sprintf("model %d, state %d: %s", i, n, why)
				break
			}
		}
		if t.Logf("without %v: %.160s", r, found); found == "" {
			t.Errorf("without %v nothing goes wrong", r)
		}
	}
}
