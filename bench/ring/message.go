package ring

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A message is what a slot of 64 B carries beside its 8 bytes of stamp.
//
//	word 0     head: number, and who sent it; whether it is the last one
//	words 1-5  head times an odd number, plus 1 to 5
//	word 6     such that all words together make magic by exclusive or
type message [7]uint64

const (
	magic    = 0x7E57_5107_C0DE_CAFE
	odd      = 0x9E3779B97F4A7C15
	lastMark = 1 << 63
	partyBit = 56 // of the head: who sent it
	numbers  = 1<<partyBit - 1
	line     = 64

	messageBytes = line - recordHead
)

func (m *message) fill(head uint64) {
	base := head * odd
	m[0], m[1], m[2], m[3], m[4], m[5] = head, base+1, base+2, base+3, base+4, base+5
	m[6] = head ^ m[1] ^ m[2] ^ m[3] ^ m[4] ^ m[5] ^ magic
}

func (m *message) whole() bool { return m[0]^m[1]^m[2]^m[3]^m[4]^m[5]^m[6] == magic }

// fillBytes writes a message of any number of cache lines over one that lies there: m in the first
// line, a word in each other.
func fillBytes(b []byte, m *message) {
	first := b[:messageBytes]
	for i, w := range m {
		binary.LittleEndian.PutUint64(first[8*i:], w)
	}
	word := m[0]*odd + 5
	for at := line; at <= len(b)-line; at += line {
		word++
		binary.LittleEndian.PutUint64(b[at:at+8], word)
	}
}

// readBytes returns what lies in the first line, and whether the others belong to it.
func readBytes(b []byte, m *message) (ok bool) {
	first := b[:messageBytes]
	for i := range m {
		m[i] = binary.LittleEndian.Uint64(first[8*i:])
	}
	word, wrong := m[0]*odd+5, uint64(0)
	for at := line; at <= len(b)-line; at += line {
		word++
		wrong |= binary.LittleEndian.Uint64(b[at:at+8]) ^ word
	}
	return wrong == 0
}

// A ledger is what one side has sent or received.
type ledger struct {
	next  [2]uint64 // the number that the next message of a sender has, or has at least
	some  bool      // the messages of a sender are shared with other receivers
	sum   uint64
	count uint64
}

var errMessage = errors.New("a message is not the one that was sent")

// send numbers a message.
func (l *ledger) send(head uint64, m *message) {
	m.fill(head)
	l.sum += m[3]
	l.count++
}

// receive checks a message.
func (l *ledger) receive(m *message) (last bool, err error) {
	from, number := m[0]>>partyBit&1, m[0]&numbers
	if !m.whole() || number != l.next[from] && (!l.some || number < l.next[from]) {
		return false, l.wrong(m)
	}
	l.next[from] = number + 1
	l.sum += m[3]
	l.count++
	return m[0]&lastMark != 0, nil
}

func (l *ledger) wrong(m *message) error {
	return fmt.Errorf("%w: %x, where number %d or %d was next", errMessage, *m, l.next[0], l.next[1])
}

// headOf is the head of one of n messages, whose first has number first.
func headOf(first uint64, i, n int, last bool) uint64 {
	head := first + uint64(i)
	if last && i == n-1 {
		head |= lastMark
	}
	return head
}
