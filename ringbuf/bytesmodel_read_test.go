package ringbuf

import "fmt"

// The consumer of the model in bytesmodel_test.go.

const (
	rTail uint8 = iota
	rHeader
	rOwner
	rRead
	rGive
	rFlag
	rSleep
)

// read is one step of the consumer.
func (m bytesModel) read(s *bytesState) {
	slot := s.next % modelSlots
	switch s.pc {
	case rTail: // reload
		s.pc = rHeader
		if m.without == theLookAtTail {
			return
		}
		if s.next == s.limit {
			s.limit = s.tail
		}
		if s.next == s.limit {
			m.nothing(s)
		}
	case rHeader:
		s.h = s.header[slot]
		m.look(s)
	case rOwner: // Unblock, by compare-and-swap
		m.unblock(s, slot)
	case rRead:
		if m.without == readBeforeGivingBack {
			s.head = s.next + 1
		} else {
			m.deliver(s, slot)
		}
		s.pc = rGive
	case rGive:
		m.give(s, slot)
	case rFlag: // place.Look, then the flag
		s.nudged, s.parked, s.parking, s.pc = false, true, true, rTail
		if m.without == theLookAfterFlag {
			s.pc = rSleep
		}
	case rSleep: // asleep if nobody cleared the flag, and nobody has died since the look
		s.asleep = s.parked && !s.nudged
		s.pc, s.parking = rFlag, false
	}
}

// look says what follows a header.
func (m bytesModel) look(s *bytesState) {
	switch h := s.h; {
	case h == hGarbage && m.without == theLookAtTail: // it looks like an empty slot
		m.nothing(s)
	case h == hGarbage:
		s.wrong = fmt.Sprintf("no header in front of the tail: %+v", *s)
	case h == hPadding:
		s.pc = rGive
	case h >= hStored:
		s.pc = rRead
	case s.parking && m.without != theUnblock:
		s.pc = rOwner
	default:
		m.nothing(s)
	}
}

// unblock makes the claim of a dead writer padding.
func (m bytesModel) unblock(s *bytesState, slot uint8) {
	dead := s.h >= hClaimed && (s.w[s.h-hClaimed].dead || m.without == unblockOnlyTheDead)
	if !dead {
		m.nothing(s)
		return
	}
	if s.header[slot] == s.h {
		s.header[slot] = hPadding
	}
	s.pc = rHeader
}

// nothing is ErrEmpty: the first time the flag is set, then it sleeps.
func (m bytesModel) nothing(s *bytesState) {
	s.pc = rFlag
	if s.parking {
		s.pc = rSleep
	}
}

func (m bytesModel) deliver(s *bytesState, slot uint8) {
	id := s.h - hStored
	switch {
	case s.data[slot] != id+1:
		s.wrong = fmt.Sprintf("message %d is %d", id, s.data[slot])
	case s.delivered&(1<<id) != 0:
		s.wrong = fmt.Sprintf("message %d comes twice", id)
	case m.without == unblockOnlyTheDead && s.committed&(1<<id) == 0:
		s.wrong = fmt.Sprintf("message %d was not committed", id)
	}
	s.delivered |= 1 << id
}

// unpark leaves the place.
func (s *bytesState) unpark() {
	if s.parking {
		s.parking, s.parked = false, false
	}
}

func (m bytesModel) give(s *bytesState, slot uint8) {
	if m.without == readBeforeGivingBack && s.h >= hStored {
		m.deliver(s, slot)
	}
	s.next++
	s.head, s.pc = s.next, rTail
	s.unpark()
}
