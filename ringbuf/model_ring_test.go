package ringbuf

import "fmt"

// protocol is one variant of the ring's protocol, as a program for the machine of model_test.go.
// The comments name the code that each step stands for.
type protocol struct {
	capacity uint8
	messages uint8
	plain    bool // both sides go over to plain publications after their first message
	calm     bool // and the producer fetches the slot after the next
	closes   bool // a third thread closes the ring at some time; otherwise the consumer ends after the last message
	without  mutation
}

// mutation is a piece of the protocol that is taken away.
type mutation int

const (
	nothing mutation = iota
	theBarrier
	theLookAfterTheFlag
	theFenceOfTheFlag
	theFenceOfThePublication
	theFenceOfGoingPlain
	theWake
	theWordCheckOfTheSleep
	theStampLast
	theHeadLast
	theStampAgainBeforeHead
	theSlotOfItsOwn
	theStaleStamp
	theBarrierOfClose
	theOrderOfClose
	theOrderOfEmpty
	mutations
)

func (m mutation) String() string {
	return [...]string{"nothing", "the barrier before sleeping", "the look after setting the flag", "the fence of the flag",
		"the fence of an unregistered publication", "the fence of going plain", "the wake", "the word check of the sleep",
		"the stamp last", "head last", "the stamp again before head", "a slot of its own for what is fetched", "the stale stamp in what is fetched", "the barrier of Close", "the order of Close", "the order of empty"}[m]
}

func (p protocol) String() string {
	return fmt.Sprintf("capacity %d, plain %t, calm %t, closes %t, without %v", p.capacity, p.plain, p.calm, p.closes, p.without)
}

func protocols() (all []protocol) {
	for _, capacity := range []uint8{1, 2} {
		for _, mode := range []protocol{{messages: 3}, {messages: 3, plain: true}, {messages: 4, plain: true, calm: true}} {
			for _, closes := range []bool{false, true} {
				p := mode
				p.capacity, p.closes = capacity, closes
				if closes {
					p.messages = 3 // there are enough states without
				}
				all = append(all, p)
			}
		}
	}
	return all
}

func (p protocol) explore() (string, int) {
	var m machine
	for t := range m.th {
		m.th[t].asleep = words
	}
	m.th[tProducer].limit = p.capacity
	for i := range p.capacity {
		m.mem[wStamp0+i] = p.stale(i)
	}
	if !p.closes {
		m.th[tCloser].pc = done
	}
	return explore(m, p.step, p.final)
}

func (p protocol) stale(i uint8) uint8 { return i + 1 - p.capacity }
func (p protocol) stamp(i uint8) word  { return wStamp0 + i%p.capacity }
func (p protocol) value(i uint8) word  { return wValue0 + i%p.capacity }

func (p protocol) final(m machine) string {
	if m.popped < m.accepted || !p.closes && m.popped != p.messages {
		return fmt.Sprintf("%d accepted, %d delivered", m.accepted, m.popped)
	}
	return ""
}

func (p protocol) step(m machine, t int) (machine, bool) {
	ok := false
	switch t {
	case tProducer:
		ok = p.push(&m)
	case tConsumer:
		ok = p.pop(&m)
	case tCloser:
		ok = p.close(&m)
	}
	return m, ok
}

const (
	pcTry uint8 = iota
	pcFull
	pcValue
	pcPublish
	pcLook
	pcClear
	pcWake
	pcPlain
	pcRetract
	pcNext
	pcTaken
	pcPark // the steps of park follow
	pcMode
	pcBarrier
	pcRetry
	pcSleep
	pcUnpark
)

// push is Producer.Push, over and over. A step makes at most one access to memory that others
// write, or is a locked instruction, which it refuses (false) until its buffer is drained.
func (p protocol) push(m *machine) bool {
	th := &m.th[tProducer]
	switch th.pc {
	case pcTry: // TryPush: the bell
		th.pc = pcFull
		if m.load(tProducer, wBellP)&closed != 0 {
			th.pc = done
		}
		return p.unparkIfDone(m, tProducer, wBellC)
	case pcFull: // reload
		if th.next == th.limit {
			th.limit = m.load(tProducer, wHead) + p.capacity
		}
		if th.next == th.limit {
			return p.blocked(th)
		}
		th.pc = pcValue
	case pcValue:
		if th.stores == bufferSize {
			return false
		}
		w, v := p.value(th.next), 10+th.next
		if p.without == theStampLast {
			w, v = p.stamp(th.next), th.next+1
		}
		m.mov(tProducer, w, v)
		th.pc = pcPublish
	case pcPublish:
		return p.stamped(m, th)
	default:
		return p.pushed(m, th)
	}
	return true
}

// stamped is storeTouch, storePlain or storeFenced.
func (p protocol) stamped(m *machine, th *thread) bool {
	if th.stores+2 > bufferSize {
		return false
	}
	w, v := p.stamp(th.next), th.next+1
	if p.without == theStampLast {
		w, v = p.value(th.next), 10+th.next
	}
	if !p.publish(m, tProducer, w, v) {
		return false
	}
	th.next++
	th.pc = pcLook
	if p.calm && th.fast {
		p.fetch(m, th)
	}
	return true
}

// fetch stores what the stamp of the slot after the next holds once more.
func (p protocol) fetch(m *machine, th *thread) {
	t := th.next + 1
	switch {
	case p.capacity == 1 && p.without != theSlotOfItsOwn: // that is the slot of the next
	case p.without == theStaleStamp:
		m.mov(tProducer, p.stamp(t), t+1)
	default:
		m.mov(tProducer, p.stamp(t), p.stale(t))
	}
}

// pushed is the second half of push: after the publication.
func (p protocol) pushed(m *machine, th *thread) bool {
	switch th.pc {
	case pcLook: // the bell again
		th.bell = m.load(tProducer, wBellP)
		th.pc = pcNext
		if th.bell != 0 {
			th.pc = pcClear
		}
	case pcClear: // wake
		if !p.answer(m, tProducer, wBellP) {
			return false
		}
	case pcWake:
		m.wake(wBellP)
		th.pc = pcRetract
	case pcRetract: // rungBatch, retract
		th.pc = pcNext
		if th.bell&closed != 0 {
			if !m.drained(tProducer) {
				th.pc = pcRetract
				return false
			}
			m.mem[p.stamp(th.next-1)] = p.stale(th.next - 1)
			th.pc = done
		}
	case pcNext:
		m.accepted = th.next
		if th.parking {
			th.pc = pcUnpark
			return true
		}
		th.pc = pcTry
		if th.next == 1 && p.plain {
			th.pc = pcPlain
		}
		if th.next == p.messages {
			th.pc = done
		}
	case pcPlain:
		return p.goPlain(m, tProducer, wPlainPush)
	default:
		return p.park(m, tProducer, wBellC, wPlainPop)
	}
	return p.unparkIfDone(m, tProducer, wBellC)
}
