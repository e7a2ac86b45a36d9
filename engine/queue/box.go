package queue

import (
	"context"
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/internal/pod"
)

// A type that is not plain memory goes in boxes: cells of one size for all items, which begin with the
// length of what a plan has written. So the ring stays what it is, and what is proved of it: an
// item is in its cell until it is done, whoever is killed.

// boxSize is the smallest box that n bytes fit in.
func boxSize(n int) int {
	for _, size := range [...]int{64, 256, 1 << 10, 4 << 10} {
		if n <= size-lengthSize {
			return size
		}
	}
	return 16 << 10
}

const (
	lengthSize      = 8
	maxItemSize     = 16<<10 - lengthSize
	defaultItemSize = 1<<10 - lengthSize
)

// boxSender is a Sender of boxes for values of T.
type boxSender[T any] interface {
	enter(ctx context.Context, name string, o Options, text string) error
	PutValue(ctx context.Context, v T) error
	TryPutValue(v T) error
	Join(ctx context.Context) error
	Len() int
	Cap() int
	Close() error
}

// boxReceiver is a Receiver of boxes for values of T.
type boxReceiver[T any] interface {
	enter(ctx context.Context, name string, o Options, text string) error
	GetValue(ctx context.Context) (T, error)
	TryGetValue(dst *T) error
	Holds() bool
	Done() error
	Return() error
	Seq() uint64
	Len() int
	Cap() int
	Close() error
}

// boxing is the plan of a T that needs boxes, or nil for a plain one.
func boxing[T any]() (*flat.Plan[T], error) {
	if pod.Check(reflect.TypeFor[T]()) == nil {
		return nil, nil
	}
	return flat.For[T]()
}

// textOf is what programs compare of a type in boxes. The hash is for what is cut.
func textOf[T any](p *flat.Plan[T], size int) string {
	last := fmt.Sprintf("boxes of %d bytes, type %016x\n", size, p.Hash())
	s := p.Signature()
	return s[:min(len(s), textMax-len(last))] + last
}

func newBoxSender[T any](p *flat.Plan[T], size int) boxSender[T] {
	switch size {
	case 64:
		return &packer[T, box64]{plan: p}
	case 256:
		return &packer[T, box256]{plan: p}
	case 1 << 10:
		return &packer[T, box1K]{plan: p}
	case 4 << 10:
		return &packer[T, box4K]{plan: p}
	}
	return &packer[T, box16K]{plan: p}
}

func newBoxReceiver[T any](p *flat.Plan[T], size int) boxReceiver[T] {
	switch size {
	case 64:
		return &unpacker[T, box64]{plan: p}
	case 256:
		return &unpacker[T, box256]{plan: p}
	case 1 << 10:
		return &unpacker[T, box1K]{plan: p}
	case 4 << 10:
		return &unpacker[T, box4K]{plan: p}
	}
	return &unpacker[T, box16K]{plan: p}
}

// packer puts values of T into boxes B.
type packer[T, B any] struct {
	Sender[B]
	plan *flat.Plan[T]
	v    T // on the heap, because methods of it may see its address
	box  B
}

func (p *packer[T, B]) PutValue(ctx context.Context, v T) error {
	if err := p.pack(v); err != nil {
		return err
	}
	return p.Put(ctx, p.box)
}

func (p *packer[T, B]) TryPutValue(v T) error {
	if err := p.pack(v); err != nil {
		return err
	}
	return p.TryPut(p.box)
}

// pack fills the box.
func (p *packer[T, B]) pack(v T) error {
	p.v = v
	mem := bytesOf(&p.box)
	n, err := p.plan.Measure(&p.v)
	switch {
	case err != nil:
		return fmt.Errorf("put into queue %q: %w: %w", p.end.name, ErrValue, err)
	case n > len(mem)-lengthSize:
		return fmt.Errorf("put into queue %q: %w: %d bytes, at most %d (Options.ItemSize)", p.end.name, ErrTooLarge, n, len(mem)-lengthSize)
	}
	binary.LittleEndian.PutUint64(mem, uint64(n))
	p.plan.Encode(mem[lengthSize:], &p.v)
	var zero T
	p.v = zero
	return nil
}

// unpacker gets values of T out of boxes B.
type unpacker[T, B any] struct {
	Receiver[B]
	plan *flat.Plan[T]
	v    T
	box  B
}

func (u *unpacker[T, B]) Holds() bool { return u.held }

func (u *unpacker[T, B]) GetValue(ctx context.Context) (v T, err error) {
	if u.box, err = u.Get(ctx); err != nil {
		return v, err
	}
	err = u.unpack(&v)
	return v, err
}

func (u *unpacker[T, B]) TryGetValue(dst *T) error {
	if err := u.TryGet(&u.box); err != nil {
		return err
	}
	return u.unpack(dst)
}

// unpack reads the box, which is a copy. What is no value is done with.
func (u *unpacker[T, B]) unpack(dst *T) error {
	mem := bytesOf(&u.box)
	n, most := binary.LittleEndian.Uint64(mem), uint64(len(mem)-lengthSize)
	if n > most {
		return u.spoilt(fmt.Errorf("%w: a length of %d in a box of %d bytes", ErrCorrupt, n, most))
	}
	if err := u.plan.Decode(mem[lengthSize:][:n], &u.v); err != nil {
		return u.spoilt(corrupt(err))
	}
	var zero T
	*dst, u.v = u.v, zero
	return nil
}

// spoilt is done with the item, which nobody can read.
func (u *unpacker[T, B]) spoilt(err error) error {
	_ = u.Done()
	return fmt.Errorf("get from queue %q: %w", u.end.name, err)
}
