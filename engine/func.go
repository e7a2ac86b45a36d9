package engine

import (
	"context"
	"fmt"
	"hash/fnv"

	"github.com/shmengine/shmengine/internal/flat"
)

// A Func is a function that workers run: one call is a task. See [NewFunc].
type Func[A, R any] struct {
	spec    *spec
	args    *flat.Plan[A]
	results *flat.Plan[R]
	level   int
	small   bool // an argument and a result are numbers, and both fit in the beginning of a cell
}

// A FuncOption says how the tasks of a [Func] are run: [Idempotent] or [NoRetry], a
// [Priority], a codec by [Using].
type FuncOption interface{ of(*funcOptions) }

type funcOptions struct {
	retry    Retry
	priority Priority
	codecs   []flat.Option
}

// A Priority says which tasks are begun first, of those that wait.
type Priority int8

const (
	LowPriority    Priority = -1
	NormalPriority Priority = 0
	HighPriority   Priority = 1
)

func (p Priority) of(o *funcOptions) { o.priority = p }
func (r Retry) of(o *funcOptions)    { o.retry = r }

// A Codec writes and reads values of a type that is not made of numbers, strings,
// slices and structs: a map, for instance. Decode gets a copy of what Encode wrote.
type Codec[U any] = flat.Codec[U]

type codecOption flat.Option

func (c codecOption) of(o *funcOptions) { o.codecs = append(o.codecs, flat.Option(c)) }

// Using has values of U, wherever they are in arguments and results, go through c.
func Using[U any](c Codec[U]) FuncOption { return codecOption(flat.Using(c)) }

// NewFunc defines a function that workers run. Define it in a package variable, so
// that every process of the program knows it by its name.
//
// A and R are numbers, bools, strings, slices, arrays and structs of these; they are
// copied into shared memory and out of it. A field of another type needs a [Codec].
//
// The context of f ends when the one given to Submit does. An error or a panic of f
// is the outcome of that task. When a worker dies, what it had not begun is run by
// another; what it had begun is too if f is [Idempotent], up to Config.Retries times;
// otherwise ([NoRetry], the default) the outcome is a [*WorkerError], since f may have
// done something that must not be done twice.
//
// It panics if the name is taken or A or R cannot be copied.
func NewFunc[A, R any](name string, f func(ctx context.Context, a A) (R, error), options ...FuncOption) *Func[A, R] {
	if f == nil {
		panic("engine: NewFunc of nil")
	}
	o := optionsOf(options)
	args, results := flatten[A](name, "argument", o), flatten[R](name, "result", o)
	h := fnv.New64a()
	fmt.Fprint(h, "func", args.Hash(), results.Hash())
	in, plainIn := args.Plain()
	out, plainOut := results.Plain()
	return &Func[A, R]{
		spec: register(&spec{
			name: name, retry: o.retry, hash: h.Sum64(), short: plainOut,
			task: func() taskRun {
				return &funcRun[A, R]{f: f, args: args, results: results, in: in, out: out, plain: plainIn && plainOut}
			},
		}),
		args: args, results: results, level: o.level(),
		small: plainIn && plainOut && recordSize(in) <= smallArgs && recordSize(out) <= inlineRoom,
	}
}

func optionsOf(options []FuncOption) (o funcOptions) {
	for _, option := range options {
		option.of(&o)
	}
	return o
}

// level is the number of the ring of hints.
func (o *funcOptions) level() int {
	if o.priority < LowPriority || o.priority > HighPriority {
		panic("engine: a Priority that is none of LowPriority, NormalPriority and HighPriority")
	}
	return int(o.priority - LowPriority)
}

func flatten[T any](name, what string, o funcOptions) *flat.Plan[T] {
	p, err := flat.For[T](o.codecs...)
	if err != nil {
		panic(fmt.Sprintf("engine: func %q: %s: %v", name, what, err))
	}
	return p
}

// At returns f with another priority.
func (f *Func[A, R]) At(p Priority) *Func[A, R] {
	g := *f
	g.level = (&funcOptions{priority: p}).level()
	return &g
}

// Submit has a worker run f with a, which is copied before Submit returns. It waits,
// until ctx ends, while thousands of tasks are under way or the arena is full.
//
// When ctx ends the task is cancelled: if it has not begun it never does; if it runs,
// its context ends, and after Config.Grace its worker is killed (a goroutine cannot be).
//
// Errors: [ErrShutdown], [ErrClosed], [ErrWorkerStart] if no worker can be started,
// [shmarena.ErrNoSpace] if the arena could never hold a, and the context's error.
func (f *Func[A, R]) Submit(ctx context.Context, e *Engine, a A) (*Future[R], error) {
	r := &Future[R]{plan: f.results}
	r.sink = taskSink[R]{r}
	r.count = 1
	if f.small {
		var record [smallArgs / 8]uint64
		size, _ := f.args.Plain()
		f.args.Put(putRecord(bytesOf(record[:]), 0, size), &a)
		posted, err := f.post(ctx, e, &r.future, bytesOf(record[:recordSize(size)/8]))
		if err != nil {
			return nil, fmt.Errorf("submit %s: %w", f.spec.name, err)
		}
		if posted {
			return r, nil
		}
	}
	if err := f.send(ctx, e, r, a); err != nil {
		return nil, fmt.Errorf("submit %s: %w", f.spec.name, err)
	}
	return r, nil
}

// smallArgs is the size of the largest argument, with its head, that is written before
// there is a cell for it.
const smallArgs = 64

// post puts the one task of r into a cell, if one is free: record is its argument.
func (f *Func[A, R]) post(ctx context.Context, e *Engine, r *future, record []byte) (posted bool, err error) {
	t, err := e.taskBoard()
	if err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return t.post(ctx, r, offer{fn: f.spec, level: f.level, count: 1, args: len(record)}, record)
}

// send is Submit by the long way. It is a function of its own so that a is copied into
// the heap, where a codec may see it, only here.
func (f *Func[A, R]) send(ctx context.Context, e *Engine, r *Future[R], a A) error {
	size, err := f.args.Measure(&a)
	if err != nil {
		return err
	}
	return f.submit(ctx, e, &r.future, recordSize(size), func(dst []byte) {
		f.args.Encode(putRecord(dst, 0, size), &a)
	})
}

// submit puts the tasks of r into a cell: fill writes size bytes of arguments.
func (f *Func[A, R]) submit(ctx context.Context, e *Engine, r *future, size int, fill func(dst []byte)) error {
	t, err := e.taskBoard()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	i, s, err := t.reserve(ctx, f.level)
	if err != nil {
		return err
	}
	o := offer{cell: i, fn: f.spec, level: f.level, count: r.count, args: size}
	o.room, o.guessed = f.room(r.count)
	filled := false
	defer func() { // also if a codec panics
		if !filled {
			t.release(i, s)
		}
	}()
	dst, err := t.memory(ctx, s, &o)
	if err != nil {
		return err
	}
	fill(dst)
	filled = true
	t.offer(ctx, r, o)
	return nil
}

// room is how many bytes to keep for the results of count tasks, and whether it is a
// guess.
func (f *Func[A, R]) room(count int) (n int, guessed bool) {
	if size, ok := f.results.Fixed(); ok {
		return count * recordSize(size), false
	}
	least := count * recordHead
	n = max(int(f.spec.large.Load()), least)
	return n, n > least
}

// funcRun runs tasks of one function in a worker.
type funcRun[A, R any] struct {
	f       func(context.Context, A) (R, error)
	args    *flat.Plan[A]
	results *flat.Plan[R]
	in, out int  // sizes, if plain
	plain   bool // arguments and results are numbers
	a       A
	r       R
}

func (r *funcRun[A, R]) quick(k *tasker, b *batch) {
	if !r.plain {
		return
	}
	for b.at < b.n && b.cancel.Load() == 0 {
		_, src, rest, err := nextRecord(b.args)
		if err != nil || len(src) != r.in || !b.has(r.out) {
			return
		}
		b.args = rest
		reach("task/read")
		r.args.Get(src, &r.a)
		k.self.begin(b.at + 1)
		reach("task/begun")
		b.attend = true
		v, err := r.f(b.ctx, r.a)
		reach("task/output")
		if err != nil {
			k.fail(b, err)
		} else {
			dst := putRecord(b.out[b.used:], recordValue, r.out)
			reach("task/write")
			r.results.Put(dst, &v)
			b.advance(r.out)
		}
		b.attend = false
	}
}

func (r *funcRun[A, R]) read(src []byte) error { return r.args.Decode(src, &r.a) }

func (r *funcRun[A, R]) call(ctx *taskContext) (err error) {
	r.r, err = r.f(ctx, r.a)
	return err
}

func (r *funcRun[A, R]) size() (int, error) { return r.results.Measure(&r.r) }
func (r *funcRun[A, R]) write(dst []byte)   { r.results.Encode(dst, &r.r) }

func (r *funcRun[A, R]) drop() {
	var a A
	var v R
	r.a, r.r = a, v
}
