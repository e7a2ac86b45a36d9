package main

import (
	"fmt"

	"go.nanomsg.org/mangos/v3"
	"go.nanomsg.org/mangos/v3/protocol/pair"
	_ "go.nanomsg.org/mangos/v3/transport/ipc" // the addresses that begin with ipc://
)

// mangosLink is a socket of the pair protocol. Messages come from mangos's pool
// and go back to it.
type mangosLink struct{ socket mangos.Socket }

func listenMangos(address string) (func() (link, error), error) {
	s, err := newPair()
	if err != nil {
		return nil, err
	}
	if err := s.Listen("ipc://" + address); err != nil {
		return nil, err
	}
	return func() (link, error) { return &mangosLink{s}, nil }, nil
}

func dialMangos(address string) (link, error) {
	s, err := newPair()
	if err != nil {
		return nil, err
	}
	return &mangosLink{s}, s.Dial("ipc://" + address)
}

// newPair makes a socket with queues deep enough not to be what limits it.
func newPair() (mangos.Socket, error) {
	const deep = 128
	s, err := pair.NewSocket()
	if err != nil {
		return nil, err
	}
	for _, option := range []string{mangos.OptionReadQLen, mangos.OptionWriteQLen} {
		if err := s.SetOption(option, deep); err != nil {
			return nil, fmt.Errorf("set %s: %w", option, err)
		}
	}
	return s, nil
}

func (l *mangosLink) send(n int, fill func([]byte)) error {
	m := mangos.NewMessage(n)
	m.Body = m.Body[:n]
	fill(m.Body)
	return l.socket.SendMsg(m)
}

func (l *mangosLink) receive(n int, use func([]byte)) error {
	m, err := l.socket.RecvMsg()
	if err != nil {
		return err
	}
	defer m.Free()
	if len(m.Body) != n {
		return fmt.Errorf("a message of %d bytes, want %d", len(m.Body), n)
	}
	use(m.Body)
	return nil
}

func (l *mangosLink) close() error { return l.socket.Close() }
