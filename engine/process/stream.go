package process

import (
	"io"
	"os"
	"sync"
	"time"
)

// stream passes one output of a child on to a writer.
//
// Two goroutines touch it. The pump reads from the pipe and writes to dst for as long as
// the child lives. When the child has ended, the reaper takes what is left in the pipe
// and closes it, without waiting for end-of-file (a grand-child may hold the other end
// for ever) and without waiting for dst (which may block). mu is therefore held while
// reading and never while writing.
type stream struct {
	r    *os.File  // read end of the pipe, non-blocking
	dst  io.Writer // where the output goes; its errors are ignored
	tail *tail     // keeps the end of the output; nil if nobody wants it

	mu      sync.Mutex    // the right to read from r
	rest    []byte        // what the reaper found in the pipe; written before drained is closed
	drained chan struct{} // closed by the reaper: r is closed, rest is final
	passed  chan struct{} // closed by the pump: everything was handed to dst
}

// newStream returns a stream that reads from r. Its pump is started by the caller.
func newStream(r *os.File, dst io.Writer, t *tail) *stream {
	return &stream{r: r, dst: dst, tail: t, drained: make(chan struct{}), passed: make(chan struct{})}
}

// pump passes the output on until the child has ended.
func (s *stream) pump() {
	defer close(s.passed)
	buf := make([]byte, 4<<10)
	for {
		n, err := s.read(buf)
		s.write(buf[:n])
		if err != nil {
			break
		}
	}
	<-s.drained
	s.write(s.rest)
}

// read reads once, and keeps the tail.
func (s *stream) read(buf []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.r.Read(buf)
	s.keep(buf[:n])
	return n, err
}

// finish is called by the reaper when the child has ended. It never blocks: the deadline
// drives the pump out of its read, and whoever holds mu only reads.
func (s *stream) finish() {
	_ = s.r.SetReadDeadline(time.Unix(1, 0)) // newPipe has seen that deadlines work
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rest = drain(s.r)
	s.keep(s.rest)
	_ = s.r.Close() // a pipe's read end has nothing to lose
	close(s.drained)
}

// keep adds b to the tail.
func (s *stream) keep(b []byte) {
	if s.tail != nil {
		s.tail.add(b)
	}
}

// write hands b to dst. A full, closed or broken destination must not stop the child, so
// its errors are ignored and the pump goes on reading.
func (s *stream) write(b []byte) {
	if len(b) == 0 {
		return
	}
	if f, ok := s.dst.(*os.File); ok {
		writeFile(f, b)
		return
	}
	_, _ = s.dst.Write(b)
}
