package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// exitPanic is how Go's own processes end after a panic.
const exitPanic = 2

// isolatedEntry is what the process of an isolated call runs: arguments are the number
// of its exchange, the hash of what is registered, and the name of the initializer.
var isolatedEntry = process.NewEntry("engine/isolated", isolatedMain)

// confined is set in the process of an isolated call.
var confined atomic.Bool

// An isolatedRun is the process of an isolated call, from inside.
type isolatedRun struct {
	*exchange
	spec *spec
}

// isolatedHead is the call of this process; set before the function is called.
var isolatedHead *isolatedCall

func isolatedMain(args []string) error {
	isWorker.Store(true)
	confined.Store(true)
	if len(args) != 3 {
		return fmt.Errorf("isolated call with %d arguments", len(args))
	}
	specs, hash := seal()
	if args[1] != strconv.FormatUint(hash, 16) {
		return errors.New("this program registers other functions than its coordinator")
	}
	x, err := openExchange(args[0])
	if err != nil {
		return err
	}
	h := x.head
	isolatedHead = h
	fn := h.cell.fn
	if int(fn) >= len(specs) || specs[fn].task == nil {
		return fmt.Errorf("%w: function %d", errRecord, fn)
	}
	if err := x.confine(); err != nil {
		return err
	}
	if err := runInitializer(args[2]); err != nil {
		return err
	}
	return (&isolatedRun{x, specs[fn]}).serve()
}

// openExchange maps the exchange of a number.
func openExchange(number string) (*exchange, error) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= maxIsolated {
		return nil, fmt.Errorf("isolated call in exchange %q", number)
	}
	f, err := process.Inherited(1+i, "isolated")
	if err != nil {
		return nil, err
	}
	return mapExchange(f, i)
}

// attachCovered attaches the data arena for reading, all of it out of sight. A function
// without columns does without.
var attachCovered = sync.OnceValue(func() error {
	f, err := process.Inherited(0, "data")
	if err != nil {
		return err
	}
	defer f.Close()
	a, err := shmarena.FromFDReadOnly(f.Fd())
	if err != nil {
		return err
	}
	from, size := a.Addresses()
	isolatedHead.dataFrom.Store(uint64(from))
	isolatedHead.dataSize.Store(uint64(size))
	return a.Cover()
})

// serve runs the function.
func (c *isolatedRun) serve() error {
	args := make([]byte, c.head.cell.args)
	if _, err := c.file.ReadAt(args, exchangeArgs); err != nil && len(args) > 0 {
		return fmt.Errorf("arguments: %w", err)
	}
	run := c.spec.task()
	if err := run.read(args); err != nil {
		return c.answer(recordBad, remoteOf(err).bytes())
	}
	if !c.head.state.CompareAndSwap(callGiven, callBegun) {
		return fmt.Errorf("%w: a call in state %d", errRecord, c.head.state.Load())
	}
	if err := c.run(run); err != nil {
		return c.answer(recordError, remoteOf(err).bytes())
	}
	n, err := run.size()
	switch {
	case err != nil:
		return c.answer(recordUnable, remoteOf(err).bytes())
	case n > maxTaskBytes:
		return c.answer(recordNoSpace, nil)
	}
	out := make([]byte, n)
	run.write(out)
	return c.answer(recordValue, out)
}

// run calls the function. A panic ends the process, and is reported as what it was.
func (c *isolatedRun) run(run taskRun) error {
	returned := false
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			exitByGoexit()
		}
		r := remote{typ: fmt.Sprintf("%T", p), text: fmt.Sprint(p), stack: panicText("")}
		if a, ok := p.(interface{ Addr() uintptr }); ok {
			c.head.faultAt.Store(uint64(a.Addr()))
		}
		fmt.Fprintf(os.Stderr, "panic: %s\n%s", r.text, r.stack)
		_ = c.put(recordPanic, r.bytes()) // if it cannot be written, standard error has it
		os.Exit(exitPanic)
	}()
	ctx := &taskContext{cell: &c.head.cell}
	err := run.call(ctx)
	returned = true
	ctx.finish()
	return err
}

// put writes a result.
func (c *isolatedRun) put(kind uint32, out []byte) error {
	if _, err := c.file.WriteAt(out, exchangeResult); err != nil {
		return fmt.Errorf("a result of %d bytes: %w", len(out), err)
	}
	c.head.kind.Store(kind)
	c.head.size.Store(uint64(len(out)))
	return nil
}

// answer ends the call. The caller goes on from here.
func (c *isolatedRun) answer(kind uint32, out []byte) error {
	if err := c.put(kind, out); err != nil {
		return err
	}
	c.head.state.Store(callDone) // pairs with the load in await: the result is there
	_, err := futex.Wake(&c.head.state, 1)
	return err
}
