package queue

import (
	"context"
	"fmt"
	"iter"
	"math"
	"reflect"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/ringbuf"
)

// Receiver gets items from a queue, one at a time: an item is its receiver's until Done, the next Get
// or TryGet, Return, or Close. If the process dies before, the item is delivered to another
// receiver. One goroutine at a time may use it; a process may have several.
type Receiver[T any] struct {
	end  end[T]
	ring *ringbuf.Receiver[T]
	held bool
	box  boxReceiver[T] // of a T that is not plain: it does everything
}

// Receive takes part in the queue of that name as a receiver. It makes the queue if there is none,
// and waits until a sender is there, or as many as Options.Senders says. Its errors are those of
// Send.
func Receive[T any](ctx context.Context, name string, o Options) (*Receiver[T], error) {
	r := &Receiver[T]{}
	plan, err := boxing[T]()
	switch {
	case err != nil:
	case plan != nil:
		r.box = newBoxReceiver(plan, o.box())
		err = r.box.enter(ctx, name, o, textOf(plan, o.box()))
	default:
		err = r.enter(ctx, name, o, describe(reflect.TypeFor[T]()))
	}
	if err != nil {
		return nil, fmt.Errorf("receive from queue %q: %w", name, err)
	}
	return r, nil
}

// enter takes part in the queue.
//
// Preconditions: T is plain.
func (r *Receiver[T]) enter(ctx context.Context, name string, o Options, text string) error {
	r.prepare(name, text)
	return r.end.enter(ctx, o)
}

// prepare says what kind of end it is.
func (r *Receiver[T]) prepare(name, text string) {
	r.end = end[T]{name: name, side: receiving, text: text}
	r.end.sit = func() (err error) { r.ring, err = r.end.ring.Receiver(r.end.self); return err }
	r.end.release = func() { r.end.wakeJoin(); r.ring.Release() } // who waits for this one waits no more
}

// Get returns the oldest item, and waits while there is none. The item that was held is Done.
//
// Errors: ErrClosed when the senders have closed and the queue is drained; a *PeerDiedError when it is
// drained and the last sender died, or one died and the others have closed; that of ctx; ErrCorrupt.
func (r *Receiver[T]) Get(ctx context.Context) (T, error) {
	if r.box != nil {
		return r.box.GetValue(ctx)
	}
	var zero T
	if err := r.ready(); err != nil {
		return zero, err
	}
	v, err := r.ring.Take(ctx)
	if err != nil {
		return zero, r.end.failed("get from", err)
	}
	r.held = true
	return v, nil
}

// TryGet stores the oldest item in *dst or fails at once, with ErrEmpty when there is none. The item
// that was held is Done. Its other errors are those of Get.
func (r *Receiver[T]) TryGet(dst *T) error {
	if r.box != nil {
		return r.box.TryGetValue(dst)
	}
	if err := r.ready(); err != nil {
		return err
	}
	if err := r.ring.TryTake(dst); err != nil {
		return r.end.failed("get from", err)
	}
	r.held = true
	return nil
}

// ready is done with the item before the next one.
func (r *Receiver[T]) ready() error {
	if r.end.place == nil {
		return ErrClosed
	}
	if r.held {
		return r.Done()
	}
	return nil
}

// Done says that the item is done: it will not be delivered again, and Join does not wait for it any
// more. Without an item it is ErrNotHeld.
func (r *Receiver[T]) Done() error {
	if r.box != nil {
		return r.box.Done()
	}
	if !r.held {
		return ErrNotHeld
	}
	r.held = false
	r.ring.Done()
	r.end.place.count.Add(1) // and a fence: the look at the bell comes after the cell was given back
	if r.end.ctl.done.Load()&doneWaiting != 0 {
		r.end.wakeJoin()
	}
	return nil
}

// wakeJoin wakes who waits in Join; each says anew that it does.
func (e *end[T]) wakeJoin() {
	for range tries {
		v := e.ctl.done.Load()
		if v&doneWaiting == 0 {
			return
		}
		if e.ctl.done.CompareAndSwap(v, v&^doneWaiting+doneStep) {
			_, _ = futex.Wake(&e.ctl.done, math.MaxInt32)
			return
		}
	}
}

// Return gives the item back to the queue undone: it is delivered again, to any receiver and out of
// its order. Without an item it is ErrNotHeld.
func (r *Receiver[T]) Return() error {
	if r.box != nil {
		return r.box.Return()
	}
	if !r.held {
		return ErrNotHeld
	}
	r.held = false
	r.ring.Return()
	return nil
}

// All is the items, as Get returns them, until the queue is closed and drained. An error is given once,
// with the zero T, and ends it; ErrClosed is not given. Each item is Done when the body has run; if
// the body panics it is returned to the queue.
func (r *Receiver[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for {
			v, err := r.Get(ctx)
			switch {
			case err == ErrClosed:
				return
			case err != nil:
				yield(v, err)
				return
			case !r.serve(v, yield):
				return
			}
		}
	}
}

func (r *Receiver[T]) holds() bool {
	if r.box != nil {
		return r.box.Holds()
	}
	return r.held
}

// serve runs the body of All with one item.
func (r *Receiver[T]) serve(v T, yield func(T, error) bool) (more bool) {
	returned := false
	defer func() {
		switch {
		case !r.holds():
		case returned:
			_ = r.Done()
		default:
			_ = r.Return()
		}
	}()
	more = yield(v, nil)
	returned = true
	return more
}

// Seq is the number of the item got last. No two items of a queue have the same, and one that is
// delivered again has the one it had.
func (r *Receiver[T]) Seq() uint64 {
	if r.box != nil {
		return r.box.Seq()
	}
	return r.ring.Seq()
}

// Len is how many items are in the queue that no receiver has, about. It is meant for reports.
func (r *Receiver[T]) Len() int {
	if r.box != nil {
		return r.box.Len()
	}
	return r.end.len()
}

// Cap is how many items the queue holds.
func (r *Receiver[T]) Cap() int {
	if r.box != nil {
		return r.box.Cap()
	}
	return r.end.cap()
}

// Close ends this receiver; an item that it holds is Done (Return gives it back). When the last one
// closes, senders get ErrClosed. Closing again is nothing.
func (r *Receiver[T]) Close() error {
	if r.box != nil {
		return r.box.Close()
	}
	if r.end.place == nil {
		return nil
	}
	if r.held {
		_ = r.Done()
	}
	return r.end.shut(false)
}
