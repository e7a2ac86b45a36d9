package engine

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/internal/flat"
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
	plan  *flat.Plan[R]
	value R
}

// future is the part of a Future that does not depend on its type.
type future struct {
	t     *tasks
	spec  *spec
	sink  sink
	cell  int
	count int    // tasks
	nanos uint32 // that the worker says it took

	state atomic.Uint32 // a FutureState, queued until it has ended, and heard
	mu    sync.Mutex
	err   error      // final once state is
	after *aftermath // nil until somebody wants to be told
}

// heard is set in future.state when the end is told to somebody.
const heard = 1 << 8

// aftermath is who is told of the end of a future.
type aftermath struct {
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

func (s taskSink[R]) value(_ int, src []byte) error { return s.f.plan.Decode(src, &s.f.value) }
func (s taskSink[R]) fail(_ int, err error)         { s.f.err = err }

func (s taskSink[R]) values(_, _ int, src []byte) (took int, rest []byte) {
	size, ok := s.f.plan.Plain()
	if !ok {
		return 0, src
	}
	kind, payload, rest, err := nextRecord(src)
	if err != nil || kind != recordValue || len(payload) != size {
		return 0, src
	}
	s.f.plan.Get(payload, &s.f.value)
	return 1, rest
}

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

func (f *future) ended() bool { return f.is() > StateRunning }

func (f *future) is() FutureState { return FutureState(f.state.Load()) }

// hear returns who is told of the end, and whether it has come: then nobody will be.
//
// Preconditions:
//   - mu is held.
func (f *future) hear() (a *aftermath, ended bool) {
	if f.after == nil {
		f.after = new(aftermath)
	}
	return f.after, FutureState(f.state.Or(heard)) > StateRunning // pairs with the swap in settle
}

// Done returns a channel that is closed when the task has ended.
func (f *future) Done() <-chan struct{} {
	f.mu.Lock()
	a, ended := f.hear()
	if a.done == nil {
		a.done = make(chan struct{})
		if ended {
			close(a.done)
		}
	}
	c := a.done
	f.mu.Unlock()
	if !ended {
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
		return f.is()
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
	return f.is() == StateCancelled
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
	a, ended := f.hear()
	first := len(a.calls) == 0
	a.calls = append(a.calls, call)
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
		a := f.after
		if len(a.calls) == 0 {
			f.mu.Unlock()
			return
		}
		call := a.calls[0]
		f.mu.Unlock()
		f.callOne(call)
		f.mu.Lock()
		a.calls = a.calls[1:] // only now: who adds one meanwhile starts no second goroutine
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
	a, ended := f.hear()
	if !ended {
		a.hears = append(a.hears, listener{c, id})
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
	if f.state.CompareAndSwap(uint32(StateQueued), uint32(state)) { // pairs with ended: value and err are there
		return
	}
	f.mu.Lock() // who sets heard holds it until it has said what it wants to hear
	f.state.Store(uint32(state) | heard)
	a := f.after
	hears, calls := a.hears, len(a.calls)
	a.hears = nil
	if a.done != nil {
		close(a.done)
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
