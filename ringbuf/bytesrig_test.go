package ringbuf

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// bytesPair is both sides of a ring of records, by two members of one town.
type bytesPair struct {
	*Bytes
	town *town
	mem  []byte
	pm   *double
	cm   *double
	p    *BytesProducer
	c    *BytesConsumer
}

// openBytes makes a ring in mem whose first record has the position first, and takes both sides.
func openBytes(tb testing.TB, mem []byte, opt BytesOptions, first uint64) *bytesPair {
	tb.Helper()
	t := &town{}
	x := &bytesPair{Bytes: must[*Bytes](tb)(newBytes(mem, opt, first)), town: t, mem: mem, pm: t.member(1), cm: t.member(2)}
	x.p = must[*BytesProducer](tb)(x.Producer(x.pm))
	x.c = must[*BytesConsumer](tb)(x.Consumer(x.cm))
	return x
}

func bytesSize(tb testing.TB, capacity int) int {
	tb.Helper()
	return must[int](tb)(SizeBytes(capacity))
}

func heapBytes(t *testing.T, capacity int, many bool) *bytesPair {
	return openBytes(t, testmem.Go(t, bytesSize(t, capacity)), BytesOptions{capacity, many}, 0)
}

// forms are the two kinds of ring.
var forms = map[string]bool{"one": false, "many": true}

// fillPayload makes every byte tell of i.
func fillPayload(b []byte, i uint64) []byte {
	for k := range b {
		b[k] = byte(i>>(8*(k%8))) ^ byte(k)
	}
	return b
}

// numberedBytes is a message that says who sent it and which it is, and is long enough to be torn.
func numberedBytes(who, i uint64, most int) []byte {
	n := 16 + int(i*31%uint64(most-15))
	b := make([]byte, n)
	binary.LittleEndian.PutUint64(b, who)
	binary.LittleEndian.PutUint64(b[8:], i)
	fillPayload(b[16:], who<<32^i)
	return b
}

// readNumbered checks such a message.
func readNumbered(b []byte, most int) (who, i uint64, err error) {
	if len(b) < 16 {
		return 0, 0, fmt.Errorf("%d bytes", len(b))
	}
	who, i = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	if !bytes.Equal(b, numberedBytes(who, i, most)) {
		return who, i, fmt.Errorf("message %d of %d is torn: %d bytes", i, who, len(b))
	}
	return who, i, nil
}

// bytesHow is one way to move records.
type bytesHow struct {
	name    string
	send    func(ctx context.Context, p *BytesProducer, b []byte) error
	receive func(ctx context.Context, c *BytesConsumer, each func([]byte) error) error
}

var bytesHows = []bytesHow{
	{"copy", func(ctx context.Context, p *BytesProducer, b []byte) error { return p.Push(ctx, b) }, popOne},
	{"inPlace", claimAndCommit, peekOne},
	{"batch", func(ctx context.Context, p *BytesProducer, b []byte) error {
		if n, err := p.TryPushBatch([][]byte{b}); n == 1 || err != ErrFull && err != ErrBusy {
			return err
		}
		return p.Push(ctx, b)
	}, peekRun},
}

func claimAndCommit(ctx context.Context, p *BytesProducer, b []byte) error {
	l, err := p.Claim(ctx, len(b))
	if err != nil {
		return err
	}
	copy(l.Bytes(), b)
	return l.Commit()
}

func popOne(ctx context.Context, c *BytesConsumer, each func([]byte) error) error {
	b, err := c.AppendPop(ctx, nil)
	if err != nil {
		return err
	}
	return each(b)
}

func peekOne(ctx context.Context, c *BytesConsumer, each func([]byte) error) error {
	v, err := c.Peek(ctx)
	if err != nil {
		return err
	}
	defer v.Release()
	return each(v.Bytes())
}

// peekRun reads all that is there and gives it back at once.
func peekRun(ctx context.Context, c *BytesConsumer, each func([]byte) error) error {
	v, err := c.Peek(ctx)
	for err == nil {
		if err := each(v.Bytes()); err != nil {
			return err
		}
		var next View
		if next, err = c.TryPeek(); err == nil {
			v = next
		}
	}
	v.Release()
	if err == ErrEmpty || err == ErrClosed && v.c != nil {
		return nil
	}
	return err
}

// bytesWhole says whether an empty ring carries a record alone and takes as many as it should.
func bytesWhole(p *BytesProducer, c *BytesConsumer) error {
	if err := p.TryPush([]byte("alone")); err != nil {
		return err
	}
	if b, err := c.TryPeek(); err != nil || string(b.Bytes()) != "alone" {
		return fmt.Errorf("%q: %w", b.Bytes(), err)
	}
	if v, err := c.TryPeek(); err != ErrEmpty {
		return fmt.Errorf("behind a record that is alone: %q: %w", v.Bytes(), err)
	}
	c.giveBack(c.next)
	n := 0
	for ; p.TryPush(nil) == nil; n++ {
	}
	if n != p.ring.Cap()/headerSize || p.ring.Len() != p.ring.Cap() {
		return fmt.Errorf("%d records fit, Len %d, Cap %d", n, p.ring.Len(), p.ring.Cap())
	}
	for ; n > 0; n-- {
		if k, err := c.TryPop(nil); k != 0 || err != nil {
			return fmt.Errorf("%d bytes, %w", k, err)
		}
	}
	return nil
}
