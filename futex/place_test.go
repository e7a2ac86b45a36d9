package futex

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// askedOnce calls a function when its Done is asked for, which a Place does
// after it has settled and before it sleeps.
type askedOnce struct {
	context.Context
	f func()
}

func (c *askedOnce) Done() <-chan struct{} {
	if f := c.f; f != nil {
		c.f = nil
		f()
	}
	return c.Context.Done()
}

// twoInLine returns two places in line on one word, the first of them asleep
// nowhere.
func twoInLine() (l *Lot, first, second *Place) {
	l, word := new(Lot), new(atomic.Uint32)
	first, second = l.Park(word), l.Park(word)
	first.join()
	second.join()
	return l, first, second
}

// A call that comes between settling and sleep is not lost.
func TestCalledBeforeItSleeps(t *testing.T) {
	l, first, second := twoInLine()
	ctx := &askedOnce{t.Context(), func() { l.Unpark(first) }}
	if err := second.WaitInLine(ctx, 0); err != nil {
		t.Errorf("WaitInLine: %v", err)
	}
	l.Unpark(second)
}

// A context that ends between settling and sleep is not missed either.
func TestEndedBeforeItSleeps(t *testing.T) {
	l, first, second := twoInLine()
	inner, cancel := context.WithCancel(t.Context())
	ctx := &askedOnce{inner, cancel}
	for range 2 { // the first may say that it is time to look again
		if err := second.WaitInLine(ctx, 0); err == context.Canceled {
			break
		} else if err != nil {
			t.Errorf("WaitInLine: %v", err)
		}
	}
	l.Unpark(first)
	l.Unpark(second)
}

// A call is for one wait: the next one sleeps.
func TestCalledOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, first, second := twoInLine()
		l.mu.Lock()
		second.call()
		l.mu.Unlock()
		var returned atomic.Bool
		go func() {
			if err := second.WaitInLine(context.Background(), 0); err != nil {
				t.Errorf("WaitInLine: %v", err)
			}
			returned.Store(true)
		}()
		synctest.Wait()
		if returned.Load() {
			t.Error("it looks again for a call that came before the wait")
		}
		l.Unpark(first)
		synctest.Wait()
		if !returned.Load() {
			t.Error("it is first now, and sleeps on")
		}
		l.Unpark(second)
	})
}
