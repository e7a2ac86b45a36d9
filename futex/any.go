package futex

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// MaxWords is how many words WaitAny can wait for at once.
const MaxWords = 128

// Waiter is one word of those that WaitAny waits for.
type Waiter struct {
	Word *atomic.Uint32
	Old  uint32 // sleep while the word holds this
}

// WaitAny is [Wait] for several words: it sleeps while each of them holds its old
// value, and returns the index of one that was woken, maybe for no reason. Like
// Wait it knows nothing of owners.
//
//   - (i, nil): word i was woken. Others may have been too: look at all of them.
//   - (i, ErrAgain): word i did not hold its old value.
//   - (-1, an error of ctx), never before its deadline. With a context that is
//     already done no word is looked at.
//   - ErrRange: no words, or more than MaxWords.
//   - ErrAddress: one of the words is none.
//
// A wake that it has received and does not report is handed on, unless the word
// holds the old value again: then whoever sleeps on that one sleeps for the next
// change, as it would have without this call.
//
// Where the kernel has no futex_waitv (before Linux 5.16, or behind a filter) each
// word takes a thread for as long as it sleeps.
func WaitAny(ctx context.Context, words []Waiter) (int, error) {
	if len(words) == 0 || len(words) > MaxWords {
		return -1, ErrRange
	}
	for i, w := range words {
		if !aligned(w.Word) {
			return i, ErrAddress
		}
	}
	if err := ctx.Err(); err != nil {
		return -1, err
	}
	until, ok := deadline(ctx)
	if !ok {
		return -1, context.DeadlineExceeded
	}
	i, err := sleepAny(ctx, words, until)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		handOnOthers(words, -1)
		return -1, err
	case err != nil:
		return i, err
	}
	told := false
	defer func() {
		if !told { // ctx is done, or a method of it panics
			handOn(words[i].Word)
		}
		handOnOthers(words, i)
	}()
	if err := ctx.Err(); err != nil {
		return -1, err
	}
	told = true
	return i, nil
}

// handOnOthers gives the wakes of all words but i, which the caller may have
// received, to somebody else. Only for words that have changed: to wake for
// nothing would have two of those who wait for the same words wake each other
// for ever.
func handOnOthers(words []Waiter, i int) {
	for j, w := range words {
		if j != i && w.Word.Load() != w.Old {
			handOn(w.Word)
		}
	}
}

// noWaitv is set when the kernel has turned out not to have futex_waitv.
var noWaitv atomic.Bool

// sleepAny is WaitAny without the last look at ctx: success may mean that ctx
// ended.
func sleepAny(ctx context.Context, words []Waiter, until time.Duration) (int, error) {
	if noWaitv.Load() {
		return sleepEach(ctx, words)
	}
	if ctx.Done() != nil {
		a := newAlarm(ctx, words[0].Word, rawBit())
		defer a.stop()
	}
	for {
		i, err := sysWaitAny(words, until)
		switch {
		case errors.Is(err, errNoWaitv):
			noWaitv.Store(true)
			return sleepEach(ctx, words)
		case errors.Is(err, ErrAgain):
			if i, err = changed(words); err == nil && i < 0 {
				continue // changed back: others are at work on it
			}
			return i, err
		case err != nil:
			return -1, err
		}
		return i, nil
	}
}

// changed returns the index of the first word that does not hold its old value,
// with ErrAgain, or -1. It asks the kernel, for which memory that is gone is an
// error and no fault.
func changed(words []Waiter) (int, error) {
	for i, w := range words {
		err := sysWait(w.Word, w.Old, rawBit(), 1) // the clock is past 1 ns: a look
		if err != context.DeadlineExceeded {
			return i, err
		}
	}
	return -1, nil
}

// outcome is how the sleep on one word ended.
type outcome struct {
	i   int
	err error
}

// sleepEach is sleepAny with a thread for each word.
func sleepEach(ctx context.Context, words []Waiter) (int, error) {
	if i, err := changed(words); i >= 0 {
		return i, err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan outcome, len(words))
	for i, w := range words {
		go func() { ends <- outcome{i, sleep(inner, w.Word, w.Old, rawBit())} }()
	}
	first := <-ends
	cancel()
	for range len(words) - 1 {
		<-ends
	}
	switch {
	case first.err == nil || errors.Is(first.err, ErrAgain): // it has changed since it was looked at
		return first.i, nil
	case errors.Is(first.err, ErrAddress):
		return first.i, first.err
	}
	return -1, first.err
}
