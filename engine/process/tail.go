package process

import (
	"bytes"
	"sync"
)

// tailSize is how much of a child's stderr is kept.
const tailSize = 8 << 10

// tail keeps the last tailSize bytes written to it. It holds no memory until the first
// write and at most twice tailSize afterwards.
type tail struct {
	mu  sync.Mutex
	buf []byte // the newest bytes; more than tailSize of them only between compactions
	cut bool   // older bytes were dropped

	crash report
}

// add appends b and forgets what is too old.
func (t *tail) add(b []byte) {
	if len(b) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.crash.add(b)
	if len(b) > tailSize {
		b, t.cut = b[len(b)-tailSize:], true
	}
	if len(t.buf)+len(b) > 2*tailSize {
		keep := tailSize - len(b)
		t.buf = t.buf[:copy(t.buf, t.buf[len(t.buf)-keep:])]
		t.cut = true
	}
	t.buf = append(t.buf, b...)
}

// String returns the last tailSize bytes; if older ones are missing, it starts at the
// first whole line.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, cut := t.buf, t.cut
	if len(b) > tailSize {
		b, cut = b[len(b)-tailSize:], true
	}
	if i := bytes.IndexByte(b, '\n'); cut && i >= 0 && i+1 < len(b) {
		b = b[i+1:]
	}
	return string(b)
}
