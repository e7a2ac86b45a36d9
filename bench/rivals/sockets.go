package main

import (
	"context"
	"net"
	"time"

	"github.com/shmengine/shmengine/ringbuf"
)

// patience is how long a client waits for its server.
const patience = 10 * time.Second

func listenConn(address string) (func() (link, error), error) {
	l, err := ringbuf.Listen(address, ringbuf.ConnOptions{})
	if err != nil {
		return nil, err
	}
	return accepting(l), nil
}

func dialConn(address string) (link, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := ringbuf.Dial(ctx, address, ringbuf.ConnOptions{})
	if err != nil {
		return nil, err
	}
	return &stream{conn: c}, nil
}

func listenUnix(address string) (func() (link, error), error) {
	l, err := net.Listen("unix", address)
	if err != nil {
		return nil, err
	}
	return accepting(l), nil
}

func dialUnix(address string) (link, error) {
	c, err := net.DialTimeout("unix", address, patience)
	if err != nil {
		return nil, err
	}
	return &stream{conn: c}, widen(c)
}

// accepting returns a function that lets one client in.
func accepting(l net.Listener) func() (link, error) {
	return func() (link, error) {
		c, err := l.Accept()
		if err != nil {
			return nil, err
		}
		return &stream{conn: c}, widen(c)
	}
}

// widen gives a socket large buffers.
func widen(c net.Conn) error {
	const buffer = 4 << 20
	u, ok := c.(*net.UnixConn)
	if !ok {
		return nil
	}
	if err := u.SetReadBuffer(buffer); err != nil {
		return err
	}
	return u.SetWriteBuffer(buffer)
}
