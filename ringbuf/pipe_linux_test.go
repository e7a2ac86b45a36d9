package ringbuf

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

var pipeOpt = PipeOptions{Capacity: 1 << 16}

// pipeSender sends one message, then one of a mebibyte over and over.
var pipeSender = reexec.Register("pipeSender", func(c *reexec.Child) {
	n, err := SizePipe(pipeOpt)
	check(c, err)
	s := &segment{testmem.Map(c, c.File(0), tableSize()+n), c.File(0)}
	p, err := AttachPipe(s.ring())
	check(c, err)
	e, err := p.End(s.join(c), 0)
	check(c, err)
	check(c, e.Send(context.Background(), []byte("whole")))
	c.At("ready")
	big := fillPayload(make([]byte, 1<<20), 1)
	for {
		check(c, e.Send(context.Background(), big))
	}
})

// TestPipeKilledSender: killed in the middle of a send of 1 MiB, the reader gets nothing of it.
func TestPipeKilledSender(t *testing.T) {
	for round := range rounds(5, 200) {
		mem, file := testmem.Shared(t, tableSize()+pipeSize(t, pipeOpt))
		s := &segment{mem, file}
		e := must[*PipeEnd](t)(must[*Pipe](t)(NewPipe(s.ring(), pipeOpt)).End(s.join(t), 1))
		child := s.start(t, pipeSender)
		child.WaitAt("ready")
		if b, err := e.Recv(t.Context(), nil); err != nil || string(b) != "whole" {
			t.Fatal(b, err)
		}
		err := killDuring(child, time.Duration(1+round*100)*time.Microsecond, func() error {
			b, err := e.Recv(t.Context(), nil)
			if err == nil && len(b) != 1<<20 {
				t.Errorf("%d bytes", len(b))
			}
			return err
		})
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrPeerDied) {
			t.Errorf("after the kill: %v", err)
		}
		if err := e.Send(t.Context(), nil); !errors.Is(err, ErrPeerDied) {
			t.Errorf("send after it: %v", err)
		}
	}
}

// pipeReader takes side 1 and receives nothing.
var pipeReader = reexec.Register("pipeReader", func(c *reexec.Child) {
	n, err := SizePipe(pipeOpt)
	check(c, err)
	s := &segment{testmem.Map(c, c.File(0), tableSize()+n), c.File(0)}
	p, err := AttachPipe(s.ring())
	check(c, err)
	_, err = p.End(s.join(c), 1)
	check(c, err)
	c.At("ready")
	c.Hear()
})

// TestPipeKilledReader: a side that only sends learns of the death long before the pipe is full, and
// can go on when somebody has taken the place; a reader that is only stopped is waited for.
func TestPipeKilledReader(t *testing.T) {
	mem, file := testmem.Shared(t, tableSize()+pipeSize(t, pipeOpt))
	s := &segment{mem, file}
	p := must[*Pipe](t)(NewPipe(s.ring(), pipeOpt))
	e := must[*PipeEnd](t)(p.End(s.join(t), 0))
	child := s.start(t, pipeReader)
	child.WaitAt("ready")
	send := func() error {
		time.Sleep(lookEvery) // a slow sender: one message each time that it looks
		return e.Send(t.Context(), nil)
	}
	child.Stop()
	for range 5 {
		noError(t, send())
	}
	child.Kill()
	for range 2 {
		if err := send(); !errors.Is(err, ErrPeerDied) {
			t.Errorf("send to a dead reader: %v", err)
		}
		if err := e.Send(t.Context(), nil); !errors.Is(err, ErrPeerDied) {
			t.Errorf("send at once after it: %v", err)
		}
	}
	if got := e.out.ring.Len(); got != 5*headerSize {
		t.Errorf("%d bytes were sent", got)
	}
	must[*PipeEnd](t)(p.End(s.join(t), 1))
	noError(t, e.Send(t.Context(), nil))
}
