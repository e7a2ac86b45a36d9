package ringbuf

import (
	"fmt"
	"testing"
)

// A model of the ring of many producers: two of them, one of which may be killed at any instant, and
// a consumer that sleeps. Each step is one access to shared memory; every interleaving is run. What
// plain stores do to the order of a wake is explored by the model of the one-to-one ring.

// bytesRule is a piece of the protocol that is taken away.
type bytesRule int

const (
	allRules bytesRule = iota
	headerBeforeTail
	ownerInTheClaim
	theLock
	theRobustLock
	payloadBeforeCommit
	wakeAfterCommit
	wakeAfterAbort
	theLookAtTail
	theLookAfterFlag
	theUnblock
	unblockOnlyTheDead
	theNudge
	readBeforeGivingBack
	bytesRules
)

func (r bytesRule) String() string {
	return [...]string{"nothing", "the header before the tail", "the owner in the claim", "the lock", "the robust lock",
		"the payload before the commit", "the wake after a commit", "the wake after an abort", "the look at the tail",
		"the look after the flag", "the unblocking", "the mercy for the living", "the nudge of a death", "the read before giving back"}[r]
}

const (
	modelSlots = 2
)

// Headers of the model: garbage, or what with whom or which message.
const (
	hGarbage = 0
	hPadding = 1
	hNobody  = 2  // claimed, and no owner is known
	hClaimed = 4  // + producer
	hStored  = 16 // + message
)

// writer is a producer: it sends its messages one after the other.
type writer struct {
	pc, msg uint8 // msg counts from 0
	tail    uint8
	done    bool
	dead    bool
}

// bytesState is one state of the model.
type bytesState struct {
	head, tail   uint8
	header, data [modelSlots]uint8
	mutex        uint8 // producer + 1
	parked       bool
	w            [2]writer

	pc, next, limit, h uint8 // the consumer
	parking, asleep    bool
	nudged             bool

	committed, delivered uint8 // bits
	wrong                string
}

// bytesModel is the program: how many messages each writer sends, whether the last one of the second
// is aborted.
type bytesModel struct {
	without bytesRule
	sends   [2]uint8
	aborts  bool
}

// id is the name of a writer's current message.
func (m bytesModel) id(s *bytesState, k int) uint8 { return uint8(k)*m.sends[0] + s.w[k].msg }

const (
	wLock uint8 = iota
	wHeader
	wTail
	wUnlock
	wPayload
	wCommit
	wBell
	wWake
)

// write is one step of writer k; false if it must wait.
func (m bytesModel) write(s *bytesState, k int) bool {
	w := &s.w[k]
	slot := w.tail % modelSlots
	switch w.pc {
	case wLock:
		return m.lock(s, k)
	case wHeader:
		switch m.without {
		case headerBeforeTail:
		case ownerInTheClaim:
			s.header[slot] = hNobody
		default:
			s.header[slot] = hClaimed + uint8(k)
		}
	case wTail:
		s.tail = w.tail + 1
	case wUnlock:
		s.mutex = 0
	case wPayload:
		if m.without == headerBeforeTail || m.without == ownerInTheClaim {
			s.header[slot] = hClaimed + uint8(k)
		}
		m.storePayload(s, k, m.without != payloadBeforeCommit)
	case wCommit:
		m.commit(s, k)
	case wBell:
		m.bell(s, k)
		return true
	case wWake:
		s.asleep = false
		m.nextMessage(s, k)
		return true
	}
	w.pc++
	return true
}

func (m bytesModel) lock(s *bytesState, k int) bool {
	free := s.mutex == 0 || m.without == theLock || m.without != theRobustLock && s.w[s.mutex-1].dead
	if !free || s.tail-s.head == modelSlots {
		return false
	}
	s.mutex, s.w[k].tail, s.w[k].pc = uint8(k)+1, s.tail, wHeader
	return true
}

func (m bytesModel) storePayload(s *bytesState, k int, now bool) {
	if now {
		s.data[s.w[k].tail%modelSlots] = m.id(s, k) + 1
	}
}

// commit stores the final header, from the claimed one.
func (m bytesModel) commit(s *bytesState, k int) {
	header := &s.header[s.w[k].tail%modelSlots]
	switch {
	case *header != hClaimed+uint8(k):
		s.wrong = fmt.Sprintf("the claim of writer %d is %d", k, *header)
	case m.isAbort(s, k):
		*header = hPadding
	default:
		*header = hStored + m.id(s, k)
		s.committed |= 1 << m.id(s, k)
	}
}

func (m bytesModel) isAbort(s *bytesState, k int) bool {
	return m.aborts && k == 1 && s.w[k].msg == m.sends[k]-1
}

// bell looks at the flag, and clears it.
func (m bytesModel) bell(s *bytesState, k int) {
	m.storePayload(s, k, m.without == payloadBeforeCommit)
	wakes := m.without != wakeAfterCommit
	if m.isAbort(s, k) {
		wakes = m.without != wakeAfterAbort
	}
	if s.parked && wakes {
		s.parked, s.w[k].pc = false, wWake
		return
	}
	m.nextMessage(s, k)
}

func (m bytesModel) nextMessage(s *bytesState, k int) {
	w := &s.w[k]
	w.pc, w.msg = wLock, w.msg+1
	w.done = w.msg == m.sends[k]
}

// kill is the death of the first writer; the consumer is nudged.
func (m bytesModel) kill(s *bytesState) {
	s.w[0].dead = true
	if m.without != theNudge {
		s.nudged, s.asleep = true, false
	}
}

// judge says what is wrong with a state in which nothing can go on.
func (m bytesModel) judge(s *bytesState) string {
	for k, w := range s.w {
		if !w.done && !w.dead {
			return fmt.Sprintf("writer %d hangs: %+v", k, *s)
		}
	}
	if s.head != s.tail || s.committed&^s.delivered != 0 {
		return fmt.Sprintf("committed %b, delivered %b, head %d of %d: %+v", s.committed, s.delivered, s.head, s.tail, *s)
	}
	return ""
}

func (m bytesModel) explore() (string, int) {
	start := bytesState{}
	seen, stack := map[bytesState]bool{start: true}, []bytesState{start}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.wrong != "" {
			return s.wrong, len(seen)
		}
		next := m.successors(s)
		if len(next) == 0 || s.asleep && s.quiet() {
			if why := m.judge(&s); why != "" {
				return why, len(seen)
			}
		}
		for _, n := range next {
			if !seen[n] {
				seen[n] = true
				stack = append(stack, n)
			}
		}
	}
	return "", len(seen)
}

// quiet says whether no writer has a step left.
func (s *bytesState) quiet() bool { return (s.w[0].done || s.w[0].dead) && s.w[1].done }

func (m bytesModel) successors(s bytesState) (next []bytesState) {
	for k := range s.w {
		if n := s; !n.w[k].done && !n.w[k].dead && m.write(&n, k) {
			next = append(next, n)
		}
	}
	if n := s; !n.w[0].dead && !n.w[0].done {
		m.kill(&n)
		next = append(next, n)
	}
	if n := s; !n.asleep {
		m.read(&n)
		next = append(next, n)
	}
	return next
}

func bytesModels() (all []bytesModel) {
	for _, sends := range [][2]uint8{{1, 1}, {2, 1}, {2, 2}, {1, 3}} {
		for _, aborts := range []bool{false, true} {
			all = append(all, bytesModel{sends: sends, aborts: aborts})
		}
	}
	return all
}

// TestBytesInterleavings explores the protocol as it is.
func TestBytesInterleavings(t *testing.T) {
	for _, m := range bytesModels() {
		why, n := m.explore()
		t.Logf("%v: %d states", m, n)
		if why != "" {
			t.Errorf("%v: %s", m, why)
		}
		if n < 500 {
			t.Errorf("%v: only %d states, the model does not move", m, n)
		}
	}
}

// TestBytesInterleavingsNeedEachRule takes one rule away at a time, and finds what goes wrong then.
func TestBytesInterleavingsNeedEachRule(t *testing.T) {
	for rule := bytesRule(1); rule < bytesRules; rule++ {
		found := ""
		for _, m := range bytesModels() {
			if m.without = rule; found == "" {
				found, _ = m.explore()
			}
		}
		if found == "" {
			t.Errorf("without %v nothing goes wrong", rule)
			continue
		}
		t.Logf("without %v: %.150s", rule, found)
	}
}
