package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/spin"
)

// A FutureState is how far a task is.
type FutureState uint8

const (
	StateQueued    FutureState = iota // no worker has begun
	StateRunning                      // a worker is at it
	StateDone                         // the function returned a result
	StateFailed                       // it returned an error, panicked, or its workers died
	StateCancelled                    // it was not begun, or not ended, since nobody wants the result
)

func (s FutureState) String() string {
	names := [...]string{"queued", "running", "done", "failed", "cancelled"}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// Pending is what [Wait] and [AsCompleted] wait for: a *[Future] of any type.
type Pending interface{ pending() *future }

// A Future is the result of one task to come. See [Func.Submit]. It is safe for use
// by many goroutines at once.
type Future[R any] struct {
	future
	read  func(src []byte, v *R) error
	value R
}

// future is the part of a Future that does not depend on its type.
type future struct {
	t     *tasks
	spec  *spec
	sink  sink
	cell  int
	count int    // tasks
	nanos uint64 // that the worker says it took

	state atomic.Uint32 // a FutureState; queued until it has ended

	mu    sync.Mutex
	err   error         // final once state is
	done  chan struct{} // made when it is first asked for
	hears []listener
	calls []func()
}

// A listener gets id when a future has ended, if there is room for it.
type listener struct {
	c  chan<- int
	id int
}

func (l listener) tell() {
	select {
	case l.c <- l.id:
	default:
	}
}

func (f *Future[R]) pending() *future { return &f.future }

// taskSink is a Future as its cell sees it.
type taskSink[R any] struct{ f *Future[R] }

func (s taskSink[R]) value(_ int, src []byte) error { return s.f.read(src, &s.f.value) }
func (s taskSink[R]) fail(_ int, err error)         { s.f.err = err }

// Result waits for the task and returns its result, as often as it is asked.
//
// Errors: [*FuncError] for an error or panic of the function, [*WorkerError] when its
// worker died and it was not tried again, [ErrCancelled] after Cancel, the error of
// the context that the task was submitted with, [ErrClosed]. When ctx ends first the
// error is ctx's, and the task goes on.
func (f *Future[R]) Result(ctx context.Context) (R, error) {
	if err := f.wait(ctx); err != nil {
		var zero R
		return zero, err
	}
	return f.value, f.err
}

// wait returns when the task has ended: nil, or the error of ctx.
func (f *future) wait(ctx context.Context) error {
	for s := (spin.Spinner{}); ; {
		if f.look() {
			return nil
		}
		if !f.t.crew.spins() || !s.Next() {
			break
		}
	}
	select {
	case <-f.Done():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// look ends the future if its task has ended, and reports whether it has.
//
// Preconditions:
//   - f is of Submit.
func (f *future) look() bool {
	if f.ended() {
		return true
	}
	if f.t == nil {
		panic("engine: a Future that Submit has not returned")
	}
	f.t.looking.Add(1) // pairs with the load in tasks.leave: the board stays while we look
	over := !f.ended() && f.t.over(f.cell)
	f.t.looking.Add(-1)
	if over {
		f.t.collect(f.cell)
	}
	return f.ended()
}

func (f *future) ended() bool { return FutureState(f.state.Load()) > StateRunning }

// Done returns a channel that is closed when the task has ended.
func (f *future) Done() <-chan struct{} {
	f.mu.Lock()
	if f.done == nil {
		f.done = make(chan struct{})
		if f.ended() {
			close(f.done)
		}
	}
	c := f.done
	f.mu.Unlock()
	if !f.ended() {
		f.t.tell(f)
	}
	return c
}

// Err returns why there is no result: nil while the task has not ended, and when it
// has ended well.
func (f *future) Err() error {
	if !f.look() {
		return nil
	}
	return f.err
}

// State says how far the task is.
func (f *future) State() FutureState {
	if f.look() {
		return FutureState(f.state.Load())
	}
	f.t.mu.Lock()
	defer f.t.mu.Unlock()
	if f.t.cells[f.cell].f == f && f.t.board.cells[f.cell].entry.load().state() == pending {
		return StateQueued
	}
	return StateRunning
}

// Cancel withdraws the task if no worker has begun, and reports whether it is
// cancelled. A task that is running is cancelled through the context that it was
// submitted with.
func (f *future) Cancel() bool {
	if !f.ended() && f.t.withdraw(f, errCancelled) {
		return true
	}
	return FutureState(f.state.Load()) == StateCancelled
}

// errCancelled is ErrCancelled and context.Canceled.
var errCancelled = fmt.Errorf("%w: %w", ErrCancelled, context.Canceled)

// OnDone has call called when the task has ended; at once if it has. The calls of
// one future are made one after the other, in the order in which they were given, on
// a goroutine of their own: they may wait, and submit. A panic in one is logged, and
// ends that one only.
func (f *future) OnDone(call func()) {
	if call == nil {
		panic("engine: OnDone of nil")
	}
	f.mu.Lock()
	first := len(f.calls) == 0
	f.calls = append(f.calls, call)
	ended := f.ended()
	f.mu.Unlock()
	switch {
	case !ended:
		f.t.tell(f)
	case first:
		go f.callAll()
	}
}

// callAll makes the calls that are there, until none is left.
func (f *future) callAll() {
	for {
		f.mu.Lock()
		if len(f.calls) == 0 {
			f.mu.Unlock()
			return
		}
		call := f.calls[0]
		f.mu.Unlock()
		f.callOne(call)
		f.mu.Lock()
		f.calls = f.calls[1:] // only now: who adds one meanwhile starts no second goroutine
		f.mu.Unlock()
	}
}

func (f *future) callOne(call func()) {
	defer func() {
		if p := recover(); p != nil {
			f.t.e.cfg.Logger.Error("a callback panicked", "func", f.spec.name, "panic", panicText(p))
		}
	}()
	call()
}

// listen has id sent to c when f has ended; who ends it does not wait for room.
func (f *future) listen(c chan<- int, id int) {
	f.mu.Lock()
	ended := f.ended()
	if !ended {
		f.hears = append(f.hears, listener{c, id})
	}
	f.mu.Unlock()
	if ended {
		listener{c, id}.tell()
	} else {
		f.t.tell(f)
	}
}

// settle ends the future: its sink has every outcome.
func (f *future) settle(withdrawn bool) {
	state := StateDone
	switch {
	case f.err != nil && withdrawn && !isWorkerError(f.err):
		state = StateCancelled
	case f.err != nil:
		state = StateFailed
	}
	f.mu.Lock()
	f.state.Store(uint32(state)) // pairs with ended: value and err are there
	hears, calls := f.hears, len(f.calls)
	f.hears = nil
	if f.done != nil {
		close(f.done)
	}
	f.mu.Unlock()
	for _, l := range hears {
		l.tell()
	}
	if calls > 0 {
		go f.callAll()
	}
}

func isWorkerError(err error) bool {
	var we *WorkerError
	return errors.As(err, &we)
}
