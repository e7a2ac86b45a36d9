package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/shmarena"
)

// An exchange is one in this process. See isolatedCall.
type exchange struct {
	index int
	file  *os.File
	mem   []byte
	head  *isolatedCall
}

// fill writes a call.
//
// Preconditions:
//   - the state is free, and no process has the exchange.
func (x *exchange) fill(s *spec, args []byte, deadline int64) error {
	if len(args) > maxTaskBytes {
		return fmt.Errorf("%w: arguments of %d bytes, at most %d", shmarena.ErrNoSpace, len(args), maxTaskBytes)
	}
	if _, err := x.file.WriteAt(args, exchangeArgs); err != nil {
		return fmt.Errorf("arguments of %d bytes: %w", len(args), err)
	}
	h := x.head
	h.cell.fn, h.cell.args, h.cell.deadline = s.index, uint32(len(args)), deadline
	h.state.Store(callGiven)
	return nil
}

// await waits until the call is done or its process dead, and returns which.
func (x *exchange) await(ctx context.Context) (state uint32, err error) {
	for s := (spin.Spinner{}); ; {
		if state = x.head.state.Load(); state >= callDone {
			return state, nil
		}
		if s.Next() {
			continue
		}
		if err := futex.Wait(ctx, &x.head.state, state); err != nil && !errors.Is(err, futex.ErrAgain) {
			return state, err
		}
	}
}

// buryTries bounds the steps of a dead process's word that others could still make.
const buryTries = 100

// bury says that the process of the call is dead, and returns in which state it died.
func (x *exchange) bury() (was uint32) {
	for range buryTries {
		was = x.head.state.Load()
		if was == callDone || was == callDead || x.head.state.CompareAndSwap(was, callDead) {
			break
		}
	}
	_, _ = futex.Wake(&x.head.state, 1)
	return was
}

// interrupt has the context of the call end.
func (x *exchange) interrupt(err error) {
	how := uint32(taskCanceled)
	if errors.Is(err, context.DeadlineExceeded) {
		how = taskTimedOut
	}
	x.head.cell.cancel.Store(how)
	_, _ = futex.Wake(&x.head.cell.cancel, 1)
}

// result reads what the process has written.
func (x *exchange) result() (kind uint32, out []byte, err error) {
	kind, size := x.head.kind.Load(), x.head.size.Load()
	if size > maxTaskBytes {
		return 0, nil, fmt.Errorf("%w: a result of %d bytes", errRecord, size)
	}
	if size > 0 && !x.holds(exchangeResult+int64(size)) {
		return 0, nil, fmt.Errorf("%w: a result of %d bytes in a shorter file", errRecord, size)
	}
	out = make([]byte, size)
	if _, err := x.file.ReadAt(out, exchangeResult); err != nil && (err != io.EOF || size > 0) {
		return 0, nil, fmt.Errorf("%w: a result of %d bytes: %w", errRecord, size, err)
	}
	return kind, out, nil
}

// clear makes the exchange as new.
//
// Preconditions:
//   - no process has it.
func (x *exchange) clear() error {
	h := x.head
	h.cell.cancel.Store(0)
	for _, w := range []*atomic.Uint64{&h.size, &h.dataFrom, &h.dataSize, &h.faultAt} {
		w.Store(0)
	}
	h.kind.Store(0)
	h.told.Store(0)
	h.state.Store(callFree)
	return x.empty()
}
