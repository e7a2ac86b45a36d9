package reexec

import (
	"errors"
	"io"
	"os"
	"sync"
)

// A message is a kind and a text, one datagram of the socket pair.
type kind byte

const (
	kindSay    kind = 's' // both ways: a line
	kindPassed kind = 'p' // from the child: the point was reached, and passed
	kindHeld   kind = 'h' // from the child: the point was reached; stopped there
	kindArm    kind = 'a' // to the child: stop at this point
	kindStart  kind = 'S' // to the child: the armed points end here; the number of files
	kindArmed  kind = 'A' // from the child: the answer to kindArm
	kindResume kind = 'r' // to the child: go on, whoever is stopped
)

// maxText bounds a message, far below what a socket buffer holds.
const maxText = 32 << 10

var errTooLong = errors.New("reexec: a line of more than 32 KiB")

// wire is one end of the socket pair. Any goroutine may send; one receives.
type wire struct {
	f   *os.File
	buf [1 + maxText]byte
}

func (w *wire) send(k kind, text string) error {
	if len(text) > maxText {
		return errTooLong
	}
	msg := append([]byte{byte(k)}, text...)
	_, err := w.f.Write(msg)
	return err
}

// receive returns the next message; io.EOF when the other end is gone.
func (w *wire) receive() (kind, string, error) {
	n, err := w.f.Read(w.buf[:])
	if err != nil {
		return 0, "", err
	}
	if n == 0 {
		return 0, "", io.EOF
	}
	return kind(w.buf[0]), string(w.buf[1:n]), nil
}

// mailbox is an unbounded queue, so that whoever reads the wire never blocks.
type mailbox struct {
	mu     sync.Mutex
	queue  []string
	closed bool
	change chan struct{} // closed and replaced whenever something happens
}

func newMailbox() *mailbox { return &mailbox{change: make(chan struct{})} }

func (m *mailbox) put(s string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue = append(m.queue, s)
	m.announce()
}

func (m *mailbox) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.announce()
}

func (m *mailbox) announce() {
	close(m.change)
	m.change = make(chan struct{})
}

// take removes the first entry. Without one it says whether there can be more
// and which channel to wait on.
func (m *mailbox) take() (s string, ok, closed bool, change <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.queue) == 0 {
		return "", false, m.closed, m.change
	}
	s, m.queue = m.queue[0], m.queue[1:]
	return s, true, false, nil
}
