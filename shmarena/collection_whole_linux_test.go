package shmarena

import (
	"sync"
	"sync/atomic"
	"testing"
)

// large is a value that takes long to copy.
type large [1000]byte

// Entries of a map and elements of a list that are overwritten all the time are
// read as they were stored.
func TestLargeWhole(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		m, l := must(NewMap[uint8, large](a, 0))(t), must(NewList[large](a))(t)
		for k := range 2 {
			ok(t, m.Set(bg, uint8(k), large{}))
			must(l.Append(bg, large{}))(t)
		}
		var writers, readers sync.WaitGroup
		var done atomic.Bool
		for w := range byte(2) {
			writers.Go(func() {
				for i := range 2000 {
					x := filled[large](byte(i)<<1 | w)
					okNow(t, m.Set(bg, uint8(i%2), x))
					okNow(t, l.Set(bg, i%2, x))
				}
			})
			readers.Go(func() {
				for !done.Load() {
					x, has, err := m.Get(w)
					mustBeWhole(t, x, has, err)
					x, has, err = l.Get(int(w))
					mustBeWhole(t, x, has, err)
				}
			})
		}
		writers.Wait()
		done.Store(true)
		readers.Wait()
	})
}

func mustBeWhole(t *testing.T, x large, has bool, err error) {
	if !has || err != nil || x != filled[large](x[0]) {
		t.Errorf("torn, or not there: %v, %v", has, err)
	}
}
