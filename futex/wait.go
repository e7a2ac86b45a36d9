package futex

import (
	"context"
	"math"
	"sync/atomic"
	"time"
)

const (
	everyBit = math.MaxUint32

	// A wake for one sleeper is repeated until it is noticed, at first after
	// nudgeFirst, then at intervals that double up to nudgeLast.
	nudgeFirst = 50 * time.Microsecond
	nudgeLast  = 10 * time.Millisecond
)

// Wait sleeps while *word == old. It returns nil when it was woken, maybe for no
// reason; ErrAgain when the word did not hold old; ErrAddress when there is no
// such word; the error of ctx, never before its deadline. A context that is
// already done gives its error without a look at the word.
//
// Each Wait holds one thread of the process for as long as it sleeps, and knows
// nothing of owners: code that waits for a member uses a [Place].
//
// Whoever leaves with the context's error has handed on the wake that it may
// have received.
func Wait(ctx context.Context, word *atomic.Uint32, old uint32) error {
	if err := sleep(ctx, word, old, rawBit()); err != nil {
		return err
	}
	told := false
	defer func() {
		if !told { // ctx is done, or a method of it panics
			handOn(word)
		}
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	told = true
	return nil
}

// Wake wakes up to n sleepers on word, in every process that maps it, and
// returns how many it woke.
func Wake(word *atomic.Uint32, n int) (int, error) {
	switch {
	case !aligned(word):
		return 0, ErrAddress
	case n <= 0: // the kernel would wake one
		return 0, nil
	}
	return sysWake(word, min(n, math.MaxInt32), everyBit)
}

// handOn gives the wake that the caller may have received to somebody else.
func handOn(word *atomic.Uint32) { _, _ = sysWake(word, 1, everyBit) }

var rawBits atomic.Uint32

// rawBit is the wake bit of a sleeper without a place: any will do, since a wake
// for a bit goes to all who share it, and every wake may be spurious.
func rawBit() uint32 { return 1 << (rawBits.Add(1) % 32) }

// sleep is Wait without the last look at ctx: nil may mean that ctx ended.
func sleep(ctx context.Context, word *atomic.Uint32, old, bit uint32) error {
	if !aligned(word) {
		return ErrAddress
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	until, ok := deadline(ctx)
	if !ok {
		return context.DeadlineExceeded
	}
	if ctx.Done() == nil {
		return sysWait(word, old, bit, until)
	}
	a := newAlarm(ctx, word, bit)
	defer a.stop()
	return sysWait(word, old, bit, until)
}

// deadline converts the context's deadline to the clock of sysWait; 0 is none.
// It is false when the deadline has passed. The time that is left is read
// before the clock, so that the sum is never before the deadline.
func deadline(ctx context.Context) (until time.Duration, ok bool) {
	d, has := ctx.Deadline()
	if !has || d == d.Round(0) { // wall clock only: left to the context's timer
		return 0, true
	}
	left := time.Until(d)
	if left <= 0 {
		return 0, false
	}
	if t := now() + left; t > 0 {
		return t, true
	}
	return 0, true // centuries
}

// alarm wakes one sleeper when its context ends, again and again: a wake that
// comes between the sleeper's last look and its sleep is lost.
type alarm struct {
	word   *atomic.Uint32
	bit    uint32
	cancel func() bool
	gone   chan struct{} // closed when the sleeper is awake
	done   chan struct{} // closed when ring has returned
}

func newAlarm(ctx context.Context, word *atomic.Uint32, bit uint32) *alarm {
	a := &alarm{word: word, bit: bit, gone: make(chan struct{}), done: make(chan struct{})}
	a.cancel = context.AfterFunc(ctx, a.ring)
	return a
}

func (a *alarm) ring() {
	defer close(a.done)
	for pause := nudgeFirst; ; pause = min(2*pause, nudgeLast) {
		_, _ = sysWake(a.word, math.MaxInt32, a.bit)
		again := time.NewTimer(pause)
		select {
		case <-a.gone:
			again.Stop()
			return
		case <-again.C:
		}
	}
}

// stop returns when the alarm touches the word no more.
func (a *alarm) stop() {
	if !a.cancel() {
		close(a.gone)
		<-a.done
	}
}
