package engine

import (
	"context"
	"fmt"
	"iter"
)

// A WaitMode says when [Wait] returns.
type WaitMode uint8

const (
	WaitAll        WaitMode = iota // when all have ended
	WaitFirst                      // when one has ended
	WaitFirstError                 // when one has ended with an error, or all have ended
)

// Wait waits for futures, and returns those that have ended and those that have not,
// both in the order given; one that is given twice comes once. What has ended
// already counts at once, also when ctx has ended.
//
// When ctx ends first the error is its, and says how many are unfinished; both lists
// are as they are then. The errors of tasks are in the futures.
func Wait[F Pending](ctx context.Context, mode WaitMode, fs ...F) (ended, unfinished []F, err error) {
	if mode > WaitFirstError {
		panic("engine: Wait with a mode that there is not")
	}
	fs = distinct(fs)
	heard := hear(fs)
	for n, failed := 0, false; !mode.satisfied(n, len(fs), failed); n++ {
		i, ok := nextOf(ctx, heard)
		if !ok {
			err = fmt.Errorf("wait: %d (of %d) unfinished: %w", len(fs)-n, len(fs), ctx.Err())
			break
		}
		failed = failed || fs[i].pending().err != nil
	}
	for _, f := range fs {
		if f.pending().ended() {
			ended = append(ended, f)
		} else {
			unfinished = append(unfinished, f)
		}
	}
	return ended, unfinished, err
}

// distinct is fs without repetitions.
func distinct[F Pending](fs []F) (out []F) {
	seen := make(map[*future]bool, len(fs))
	for _, f := range fs {
		if p := f.pending(); !seen[p] {
			seen[p] = true
			out = append(out, f)
		}
	}
	return out
}

// hear returns a channel that gets the index of each future when it has ended.
func hear[F Pending](fs []F) <-chan int {
	c := make(chan int, len(fs)) // room for all: nobody who ends one ever waits
	for i, f := range fs {
		p := f.pending()
		p.look()
		p.listen(c, i)
	}
	return c
}

// satisfied reports whether n ended futures of all are enough.
func (m WaitMode) satisfied(n, all int, failed bool) bool {
	return n == all || m == WaitFirst && n > 0 || m == WaitFirstError && failed
}

// AsCompleted yields futures as they end, each once, with its index in fs (the first,
// if it is given twice). The sequence ends when all have, or when ctx ends: then
// [Wait] says which are missing, in its lists and in its error. A loop may be left at
// any time; no goroutine is behind it.
func AsCompleted[F Pending](ctx context.Context, fs ...F) iter.Seq2[int, F] {
	return func(yield func(int, F) bool) {
		index := make(map[*future]int, len(fs))
		for i := len(fs) - 1; i >= 0; i-- {
			index[fs[i].pending()] = i
		}
		each := distinct(fs)
		heard := hear(each)
		for range each {
			i, ok := nextOf(ctx, heard)
			if !ok || !yield(index[each[i].pending()], each[i]) {
				return
			}
		}
	}
}

// nextOf takes what is there, or waits until ctx ends.
func nextOf(ctx context.Context, heard <-chan int) (int, bool) {
	select {
	case i := <-heard:
		return i, true
	default:
	}
	select {
	case i := <-heard:
		return i, true
	case <-ctx.Done():
		return 0, false
	}
}
