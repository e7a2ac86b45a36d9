package ring

import (
	"context"
	"io"
	"net"
	"os"

	"github.com/shmengine/shmengine/ringbuf"
)

// streamLink is a stream of bytes each way: one write a message, and as many reads as that takes.
type streamLink struct {
	rig
	r   io.Reader
	w   io.Writer
	buf []byte
}

func (h *hand) newStream(j *job, r io.Reader, w io.Writer) link {
	return &streamLink{rig: j.rig(h), r: r, w: w, buf: make([]byte, j.bytes)}
}

func (k *streamLink) put(first uint64, n int, last bool) error {
	var m message
	for i := range n {
		k.send(headOf(first, i, n, last), &m)
		fillBytes(k.buf, &m)
		if _, err := k.w.Write(k.buf); err != nil {
			return err
		}
	}
	return nil
}

func (k *streamLink) get(n int) (last bool, err error) {
	var m message
	for range n {
		if _, err := io.ReadFull(k.r, k.buf); err != nil {
			return false, err
		}
		if !readBytes(k.buf, &m) {
			return false, k.wrong(&m)
		}
		if last, err = k.receive(&m); err != nil {
			return false, err
		}
	}
	return last, nil
}

// newConn is a connection of ours, which is made when it is used first.
func (h *hand) newConn(j *job) (link, error) {
	if h.conn != nil {
		return h.newStream(j, h.conn, h.conn), nil
	}
	if j.index == 0 {
		l, err := ringbuf.Listen(j.where, ringbuf.ConnOptions{})
		if err != nil {
			return nil, err
		}
		h.listener = l
		k := h.newStream(j, nil, nil).(*streamLink)
		k.r, k.w = &accepted{h: h}, &accepted{h: h}
		return k, nil
	}
	c, err := ringbuf.Dial(context.Background(), j.where, ringbuf.ConnOptions{})
	if err != nil {
		return nil, err
	}
	h.conn = c
	return h.newStream(j, c, c), nil
}

// accepted is a connection that is accepted by the first use: the other party dials when this
// one has said that it is ready.
type accepted struct{ h *hand }

func (a *accepted) open() (err error) {
	if a.h.conn == nil {
		if a.h.conn, err = a.h.listener.Accept(); err == nil {
			err = a.h.listener.Close()
		}
	}
	return err
}

func (a *accepted) Read(b []byte) (int, error) {
	if err := a.open(); err != nil {
		return 0, err
	}
	return a.h.conn.Read(b)
}

func (a *accepted) Write(b []byte) (int, error) {
	if err := a.open(); err != nil {
		return 0, err
	}
	return a.h.conn.Write(b)
}

// streams are what a worker has been given beside the arena, and the connection that it made.
type streams struct {
	pipeIn, pipeOut *os.File
	unix, tcp       *os.File
	conn            net.Conn // of ours
	listener        net.Listener
}
