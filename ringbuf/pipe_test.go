package ringbuf

import (
	"bytes"
	"context"
	"errors"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

func pipeSize(tb testing.TB, opt PipeOptions) int {
	tb.Helper()
	return must[int](tb)(SizePipe(opt))
}

// heapPipe is both ends of a pipe, by two members of one town.
func heapPipe(t *testing.T, opt PipeOptions) (a, b *PipeEnd, in *town) {
	mem := testmem.Go(t, pipeSize(t, opt))
	p := must[*Pipe](t)(NewPipe(mem, opt))
	q := must[*Pipe](t)(AttachPipe(mem))
	in = &town{}
	return must[*PipeEnd](t)(p.End(in.member(1), 0)), must[*PipeEnd](t)(q.End(in.member(2), 1)), in
}

// TestPipe: message borders are kept in both directions, and a poll takes nothing.
func TestPipe(t *testing.T) {
	a, b, _ := heapPipe(t, PipeOptions{Capacity: 256})
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, e := range [][2]*PipeEnd{{a, b}, {b, a}} {
		if err := e[1].Poll(done); !errors.Is(err, context.Canceled) {
			t.Errorf("poll of nothing: %v", err)
		}
		msgs := []string{"a", "b", "", "cd"}
		for _, s := range msgs {
			noError(t, e[0].Send(t.Context(), []byte(s)))
		}
		for _, s := range msgs {
			for range 3 {
				noError(t, e[1].Poll(done))
			}
			if got, err := e[1].Recv(t.Context(), nil); err != nil || string(got) != s {
				t.Errorf("%q, %v, want %q", got, err, s)
			}
		}
	}
	noError(t, a.Send(t.Context(), []byte("longer than that")))
	var short *ShortBufferError
	if n, err := b.RecvInto(t.Context(), make([]byte, 3)); n != 0 || !errors.As(err, &short) || string(short.Message) != "longer than that" {
		t.Errorf("short buffer: %d, %v", n, err)
	}
	noError(t, a.Send(t.Context(), []byte("fits")))
	buf := make([]byte, 4)
	if n, err := b.RecvInto(t.Context(), buf); n != 4 || err != nil || string(buf) != "fits" {
		t.Errorf("%d, %v, %q", n, err, buf)
	}
}

// TestPipeLongMessage: what is longer than the pipe arrives whole.
func TestPipeLongMessage(t *testing.T) {
	a, b, _ := heapPipe(t, PipeOptions{Capacity: 1 << 16})
	for _, n := range []int{1<<14 - 8, 1<<14 - 7, 1 << 15, 16 << 20} {
		want, sent := fillPayload(make([]byte, n), uint64(n)), make(chan error)
		go func() { sent <- a.Send(t.Context(), want) }()
		if got, err := b.Recv(t.Context(), nil); err != nil || !bytes.Equal(got, want) || <-sent != nil {
			t.Errorf("%d bytes: %d, %v", n, len(got), err)
		}
	}
	b.MaxMessage = 1 << 15
	go func() { _ = a.Send(t.Context(), make([]byte, 1<<20)) }()
	if _, err := b.Recv(t.Context(), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a message above the limit: %v", err)
	}
	if _, err := b.Recv(t.Context(), nil); !errors.Is(err, ErrCorrupt) {
		t.Errorf("after it: %v", err)
	}
}

// TestPipeClose: the other end drains, then gets EOF, and EPIPE when it sends.
func TestPipeClose(t *testing.T) {
	a, b, _ := heapPipe(t, PipeOptions{Capacity: 256})
	noError(t, a.Send(t.Context(), []byte("last")))
	noError(t, a.CloseWrite())
	noError(t, b.Send(t.Context(), []byte("still")))
	if got, err := a.Recv(t.Context(), nil); err != nil || string(got) != "still" {
		t.Errorf("the other direction: %q, %v", got, err)
	}
	noError(t, a.Close())
	noError(t, a.Close())
	if got, err := b.Recv(t.Context(), nil); err != nil || string(got) != "last" {
		t.Errorf("drain: %q, %v", got, err)
	}
	for range 2 {
		if _, err := b.Recv(t.Context(), nil); err != io.EOF || b.Poll(t.Context()) != io.EOF {
			t.Errorf("drained: %v", err)
		}
	}
	if err := b.Send(t.Context(), nil); !errors.Is(err, syscall.EPIPE) || !errors.Is(err, ErrBrokenPipe) {
		t.Errorf("send to a closed end: %v", err)
	}
	if err := a.Send(t.Context(), nil); !errors.Is(err, ErrClosed) || errors.Is(err, ErrBrokenPipe) {
		t.Errorf("send after one's own close: %v", err)
	}
	if _, err := a.Recv(t.Context(), nil); !errors.Is(err, ErrClosed) {
		t.Errorf("receive after one's own close: %v", err)
	}
}

// TestPipeOneWay refuses the other direction.
func TestPipeOneWay(t *testing.T) {
	a, b, _ := heapPipe(t, PipeOptions{Capacity: 256, OneWay: true})
	_, rerr := a.Recv(t.Context(), nil)
	for _, err := range []error{rerr, a.Poll(t.Context()), b.Send(t.Context(), nil), b.CloseWrite()} {
		if !errors.Is(err, ErrDirection) {
			t.Errorf("wrong direction: %v", err)
		}
	}
	noError(t, a.Send(t.Context(), []byte("x")))
	noError(t, a.Close())
	if got, err := b.Recv(t.Context(), nil); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestPipeHalfSent: a send that is given up after its first piece closes the direction, and what
// came of it is not delivered.
func TestPipeHalfSent(t *testing.T) {
	a, b, _ := heapPipe(t, PipeOptions{Capacity: 256})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := a.Send(ctx, make([]byte, 1000)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("send: %v", err)
	}
	if got, err := b.Recv(t.Context(), nil); err != io.ErrUnexpectedEOF {
		t.Errorf("receive: %d bytes, %v", len(got), err)
	}
	a, b, _ = heapPipe(t, PipeOptions{Capacity: 256})
	n := 0
	for ; a.Send(ctx, make([]byte, 10)) == nil; n++ { // the last is given up before its first piece: nothing has happened
	}
	for range n {
		must[[]byte](t)(b.Recv(t.Context(), nil))
	}
	noError(t, a.Send(t.Context(), []byte("goes on")))
	if got, err := b.Recv(t.Context(), nil); err != nil || string(got) != "goes on" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestPipePeerDies: a death between messages, and in the middle of one.
func TestPipePeerDies(t *testing.T) {
	a, b, in := heapPipe(t, PipeOptions{Capacity: 256})
	noError(t, a.Send(t.Context(), []byte("whole")))
	go func() {
		untilParked(b.in.ring.toProducer.Load)
		in.kill(1, b.in.member.(*double))
	}()
	if got, err := b.Recv(t.Context(), nil); err != nil || string(got) != "whole" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := b.Recv(t.Context(), nil); !errors.Is(err, ErrPeerDied) {
		t.Errorf("receive: %v", err)
	}
	if err := b.Send(t.Context(), nil); !errors.Is(err, ErrPeerDied) {
		t.Errorf("send: %v", err)
	}
	a, b, in = heapPipe(t, PipeOptions{Capacity: 256})
	noError(t, a.out.pushMarked(t.Context(), []byte("half"), markMore))
	in.kill(1)
	if _, err := b.Recv(t.Context(), nil); err != io.ErrUnexpectedEOF {
		t.Errorf("half a message: %v", err)
	}
}

// TestPipeAttach: other memory is refused, and so is a side that is taken.
func TestPipeAttach(t *testing.T) {
	opt := PipeOptions{Capacity: 64}
	mem := testmem.Go(t, pipeSize(t, opt))
	for want, garble := range map[error]func(){
		ErrMagic: func() { word64(mem, 0).Store(1) }, ErrVersion: func() { word32(mem, offVersion).Store(9) },
		ErrCorrupt: func() { word32(mem, offPipeWays).Store(3) },
	} {
		must[*Pipe](t)(NewPipe(mem, opt))
		garble()
		if _, err := AttachPipe(mem); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	p := must[*Pipe](t)(NewPipe(mem, opt))
	must[*PipeEnd](t)(p.End((&town{}).member(1), 0))
	if _, err := p.End((&town{}).member(2), 0); !errors.Is(err, ErrBusy) {
		t.Errorf("a side that is taken: %v", err)
	}
	if !panics(func() { _, _ = p.End((&town{}).member(2), 2) }) {
		t.Error("side 2")
	}
	for _, bad := range [][]byte{nil, mem[:63], mem[8:], mem[:len(mem)-1]} {
		if _, err := NewPipe(bad, opt); !errors.Is(err, ErrSize) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
		if _, err := AttachPipe(bad); err == nil {
			t.Errorf("attach to %d bytes", len(bad))
		}
	}
}
