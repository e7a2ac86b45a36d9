package main

import (
	"encoding/binary"
	"io"
	"net"
)

// A link carries messages one after the other, and both ends know how long each
// is. It belongs to one goroutine.
type link interface {
	// send sends a message of n bytes that fill writes.
	send(n int, fill func([]byte)) error

	// receive gives the next message, of n bytes, to use, which does not keep it.
	receive(n int, use func([]byte)) error

	close() error
}

// A system makes both ends of a link between two processes.
type system struct {
	name   string
	listen func(address string) (accept func() (link, error), err error)
	dial   func(address string) (link, error)
}

var systems = []system{
	{"conn", listenConn, dialConn},
	{"shmipc", listenShmipc, dialShmipc},
	{"mangos", listenMangos, dialMangos},
	{"unix", listenUnix, dialUnix},
}

func systemNamed(name string) (system, bool) {
	for _, s := range systems {
		if s.name == name {
			return s, true
		}
	}
	return system{}, false
}

// stream is a link over any net.Conn.
type stream struct {
	conn    net.Conn
	out, in []byte
}

func (s *stream) send(n int, fill func([]byte)) error {
	s.out = sized(s.out, n)
	fill(s.out)
	_, err := s.conn.Write(s.out)
	return err
}

func (s *stream) receive(n int, use func([]byte)) error {
	s.in = sized(s.in, n)
	if _, err := io.ReadFull(s.conn, s.in); err != nil {
		return err
	}
	use(s.in)
	return nil
}

func (s *stream) close() error { return s.conn.Close() }

// sized returns n bytes, those of b if they are enough.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}

// line is how far the words of a message are apart.
const line = 64

// fill writes a message's words, which begin with first, and returns their sum.
func fill(p []byte, first uint64) (sum uint64) {
	for i := 0; i+8 <= len(p); i += line {
		binary.LittleEndian.PutUint64(p[i:], first)
		sum += first
		first++
	}
	return sum
}

// add is the sum of a message's words.
func add(p []byte) (sum uint64) {
	for i := 0; i+8 <= len(p); i += line {
		sum += binary.LittleEndian.Uint64(p[i:])
	}
	return sum
}
