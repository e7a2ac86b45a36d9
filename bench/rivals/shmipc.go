package main

import (
	"errors"
	"io"
	"net"

	"github.com/cloudwego/shmipc-go"
)

// shmipcLink is a stream of a session. Messages are written and read in the
// memory that both processes map.
type shmipcLink struct {
	stream *shmipc.Stream
	end    func() error
}

// room is the memory of a session. With less, 32 MiB as it comes, a sender that is
// ahead of its receiver finds none, and sends through the socket: a tenth as fast.
const room = 256 << 20

func listenShmipc(address string) (func() (link, error), error) {
	l, err := net.Listen("unix", address)
	if err != nil {
		return nil, err
	}
	return func() (link, error) {
		c, err := l.Accept()
		if err != nil {
			return nil, err
		}
		conf := shmipc.DefaultConfig()
		conf.LogOutput = io.Discard
		session, err := shmipc.Server(c, conf)
		if err != nil {
			return nil, err
		}
		s, err := session.AcceptStream()
		return &shmipcLink{s, session.Close}, err
	}, nil
}

func dialShmipc(address string) (link, error) {
	conf := shmipc.DefaultSessionManagerConfig()
	conf.LogOutput = io.Discard
	conf.Network, conf.Address = "unix", address
	conf.MemMapType = shmipc.MemMapTypeMemFd
	conf.SessionNum = 1
	conf.ShareMemoryBufferCap = room
	manager, err := shmipc.NewSessionManager(conf)
	if err != nil {
		return nil, err
	}
	s, err := manager.GetStream()
	if err != nil {
		return nil, errors.Join(err, manager.Close())
	}
	return &shmipcLink{s, manager.Close}, nil
}

func (l *shmipcLink) send(n int, fill func([]byte)) error {
	p, err := l.stream.BufferWriter().Reserve(n)
	if err != nil {
		return err
	}
	fill(p)
	return l.stream.Flush(false)
}

func (l *shmipcLink) receive(n int, use func([]byte)) error {
	r := l.stream.BufferReader()
	p, err := r.ReadBytes(n)
	if err != nil {
		return err
	}
	use(p)
	r.ReleasePreviousRead()
	return nil
}

func (l *shmipcLink) close() error { return errors.Join(l.stream.Close(), l.end()) }
