package engine

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/internal/words"
)

// Isolated is a [Func] each call of which has a process of its own. See
// [Func.Isolated].
type Isolated[A, R any] struct{ f *Func[A, R] }

// Isolated returns f for calls that may crash: of C or assembly that is not trusted,
// or of input that nobody has looked at.
//
//	y, err := decode.Isolated().Call(ctx, e, image)
//
// The process has none of the engine's memory but its inputs: a copy of the argument,
// and the pages of arrays that the argument names as [In] columns, for reading. It
// knows no lock, no queue and no ledger of the engine. Whatever it does to itself is
// the outcome of that call, and the workers of the engine do not notice.
func (f *Func[A, R]) Isolated() Isolated[A, R] { return Isolated[A, R]{f} }

// Call runs the function with a, in a process that runs nothing else before or after.
//
// The processes are warm spares of this program (Config.Spares), so a call costs what
// it takes to wake one. They are processes in [Goroutines] mode too, and main must
// call [Init]. Config.WorkerInit is run in each, as a part of the call. As many calls
// run at once as the engine has workers; the next wait, until ctx ends.
//
// Errors: a [*WorkerError] when the process ended before the function had returned, by
// a signal, os.Exit, a stack overflow or a panic; it says where the fault was, if that
// is known, and after a panic it wraps the [*FuncError]. It is never tried again, also
// if f is [Idempotent]: who wants that calls again. [*FuncError] for an error that the
// function returned. The error of ctx when that ends: at once, and the process is
// killed after Config.Grace. [ErrNoInit], [ErrNested], [ErrWorkerStart], [ErrClosed],
// [ErrShutdown].
func (i Isolated[A, R]) Call(ctx context.Context, e *Engine, a A) (R, error) {
	r, err := i.call(ctx, e, a)
	if err != nil {
		var zero R
		return zero, fmt.Errorf("call %s isolated: %w", i.f.spec.name, err)
	}
	return r, nil
}

func (i Isolated[A, R]) call(ctx context.Context, e *Engine, a A) (r R, err error) {
	size, err := i.f.args.Measure(&a)
	if err != nil {
		return r, err
	}
	args := words.Aligned(size)
	i.f.args.Encode(args, &a)
	out, err := e.isolate(ctx, i.f.spec, args)
	if err != nil {
		return r, err
	}
	return r, i.f.results.Decode(out, &r)
}

// isolate runs one call and returns the bytes of its result.
func (e *Engine) isolate(ctx context.Context, s *spec, args []byte) ([]byte, error) {
	if e == nil || e.closed.Load() {
		return nil, ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := e.jobs.begin(); err != nil {
		return nil, err
	}
	defer e.jobs.end()
	p, err := e.isolation.get(e)
	if err != nil {
		return nil, err
	}
	defer p.busy.Done()
	return p.call(ctx, s, args)
}
