package queue

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/ringbuf"
)

// Sender puts items into a queue. One goroutine at a time may use it; a process may have several.
type Sender[T any] struct {
	end  end[T]
	ring *ringbuf.Sender[T]
	box  boxSender[T] // of a T that is not plain: it does everything
}

// Send takes part in the queue of that name as a sender. It makes the queue if there is none, and
// waits until a receiver is there, or as many as Options.Receivers says.
//
// Errors: ErrArgument for a bad name or option; one that names the field of a T that cannot be sent;
// ErrType if the queue carries another type, ErrCapacity if it has another capacity; ErrBusy if
// there are as many senders as there can be; that of ctx; those of shmarena.Create and Open.
func Send[T any](ctx context.Context, name string, o Options) (*Sender[T], error) {
	s := &Sender[T]{}
	plan, err := boxing[T]()
	switch {
	case err != nil:
	case plan != nil:
		s.box = newBoxSender(plan, o.box())
		err = s.box.enter(ctx, name, o, textOf(plan, o.box()))
	default:
		err = s.enter(ctx, name, o, describe(reflect.TypeFor[T]()))
	}
	if err != nil {
		return nil, fmt.Errorf("send to queue %q: %w", name, err)
	}
	return s, nil
}

// enter takes part in the queue.
//
// Preconditions: T is plain.
func (s *Sender[T]) enter(ctx context.Context, name string, o Options, text string) error {
	s.prepare(name, text)
	return s.end.enter(ctx, o)
}

// prepare says what kind of end it is.
func (s *Sender[T]) prepare(name, text string) {
	s.end = end[T]{name: name, side: sending, text: text}
	s.end.sit = func() (err error) { s.ring, err = s.end.ring.Sender(s.end.self); return err }
	s.end.release = func() { s.ring.Release() }
}

// Put stores v, and waits while the queue is full. After any error v was not stored.
//
// Errors: ErrClosed when the receivers have closed; a *PeerDiedError when the queue is full and the
// last receiver died, or when one died and the others have closed; that of ctx; ErrCorrupt; ErrTooLarge and
// ErrValue for a value that does not fit into an item, or cannot be encoded.
func (s *Sender[T]) Put(ctx context.Context, v T) error {
	if s.box != nil {
		return s.box.PutValue(ctx, v)
	}
	if s.end.place == nil {
		return ErrClosed
	}
	if err := s.ring.Push(ctx, v); err != nil {
		return s.end.failed("put into", err)
	}
	return nil
}

// TryPut stores v or fails at once, with ErrFull when there is no room. Its other errors are those of
// Put.
func (s *Sender[T]) TryPut(v T) error {
	if s.box != nil {
		return s.box.TryPutValue(v)
	}
	if s.end.place == nil {
		return ErrClosed
	}
	if err := s.ring.TryPushFrom(&v); err != nil {
		return s.end.failed("put into", err)
	}
	return nil
}

// Join waits until every item is done that was put before, by this sender or another: received, and
// Done (see Receiver). Items that a receiver held when it died are delivered again, and Join waits for
// that.
//
// Errors: a *PeerDiedError when the last receiver died, ErrClosed when the last receiver has closed,
// and items are left; that of ctx.
func (s *Sender[T]) Join(ctx context.Context) error {
	if s.box != nil {
		return s.box.Join(ctx)
	}
	if s.end.place == nil {
		return ErrClosed
	}
	b := s.end.ring.Backlog()
	for w := (spin.Spinner{}); ; {
		if b.Delivered() {
			return nil
		}
		if !w.Next() {
			return s.joinParked(ctx, &b)
		}
	}
}

// joinParked waits asleep. It says so in the bell, then looks once more; a receiver first gives the
// cell back, then looks at the bell.
func (s *Sender[T]) joinParked(ctx context.Context, b *ringbuf.Backlog[T]) error {
	bell := &s.end.ctl.done
	p := s.end.self.Park(bell)
	defer s.end.self.Unpark(p)
	for {
		p.Look()
		seen := bell.Or(doneWaiting) | doneWaiting
		if b.Delivered() {
			return nil
		}
		if s.end.living(receiving) == 0 {
			return s.unjoined(b)
		}
		s.end.ring.Repair(s.end.self)
		if err := p.Wait(ctx, seen); err != nil {
			if b.Delivered() {
				return nil
			}
			return fmt.Errorf("join queue %q: %d items are not done: %w", s.end.name, b.Left(), err)
		}
	}
}

// unjoined is why items will not be done.
func (s *Sender[T]) unjoined(b *ringbuf.Backlog[T]) error {
	err := s.end.deserted("join")
	if b.Delivered() { // the last receiver was done before it left
		return nil
	}
	if err == ErrClosed {
		return fmt.Errorf("join queue %q: %d items are not done: %w", s.end.name, b.Left(), ErrClosed)
	}
	return err
}

// Len is how many items are in the queue that no receiver has, about. It is meant for reports.
func (s *Sender[T]) Len() int {
	if s.box != nil {
		return s.box.Len()
	}
	return s.end.len()
}

// Cap is how many items the queue holds.
func (s *Sender[T]) Cap() int {
	if s.box != nil {
		return s.box.Cap()
	}
	return s.end.cap()
}

// Close ends this sender. When the last one closes, receivers get what is left, then ErrClosed. It does
// not wait for them; Join does. Closing again is nothing.
//
// ErrUndelivered says that no receiver lives, and how many items were left.
func (s *Sender[T]) Close() error {
	if s.box != nil {
		return s.box.Close()
	}
	if s.end.place == nil {
		return nil
	}
	var err error
	if b := s.end.ring.Backlog(); s.end.living(receiving) == 0 && !b.Delivered() {
		err = fmt.Errorf("close queue %q: %w: %d are left", s.end.name, ErrUndelivered, b.Left())
	}
	return errors.Join(err, s.end.shut(false))
}

func (e *end[T]) len() int {
	if e.place == nil {
		return 0
	}
	return e.ring.Len()
}

func (e *end[T]) cap() int { return e.size }
