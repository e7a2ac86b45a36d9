package shmarena

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/reexec"
)

// eachMemory runs a test on the Go heap, where the race detector sees all, and
// on mapped memory.
func eachMemory(t *testing.T, f func(t *testing.T, a *Arena)) {
	t.Run("heap", func(t *testing.T) { f(t, goArena(t, 16<<20)) })
	t.Run("mapped", func(t *testing.T) { f(t, newArena(t, 16<<20)) })
}

// uniform is a value of which every byte is the same, of which torn ones are told.
type uniform interface {
	~[1]byte | ~[3]byte | ~[8]byte | ~[13]byte | ~[24]byte | ~[300]byte | ~[1000]byte
}

func testWhole[T uniform](t *testing.T, a *Arena) {
	v := must(NewValue(a, *new(T)))(t)
	if got := must(v.Load())(t); got != *new(T) {
		t.Fatalf("a new value is %v", got)
	}
	var writers, readers sync.WaitGroup
	stop := make(chan struct{})
	for w := range byte(3) {
		writers.Go(func() {
			for i := range 300 {
				okNow(t, v.Store(bg, filled[T](w<<6|byte(i)&0x3f)))
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for {
				x, err := v.Load()
				for _, b := range bytesOf(&x) {
					if b != bytesOf(&x)[0] || err != nil {
						t.Errorf("torn: %v, %v", x, err)
						return
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	ok(t, v.Free())
}

func filled[T uniform](b byte) (x T) {
	for j := range bytesOf(&x) {
		bytesOf(&x)[j] = b
	}
	return x
}

func TestValueWhole(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		testWhole[[1]byte](t, a)
		testWhole[[3]byte](t, a)
		testWhole[[8]byte](t, a)
		testWhole[[13]byte](t, a)
		testWhole[[24]byte](t, a)
		testWhole[[300]byte](t, a)
	})
}

func TestValueUpdate(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		type pair struct{ A, B int64 }
		v := must(NewValue(a, pair{5, -5}))(t)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 500 {
					if err := v.Update(bg, func(p *pair) { p.A++; p.B-- }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		func() {
			defer func() { _ = recover() }()
			_ = v.Update(bg, func(p *pair) { p.A = 0; panic("in the middle") })
		}()
		if got := must(v.Load())(t); got != (pair{2005, -2005}) {
			t.Errorf("%v", got)
		}
		ok(t, v.Store(bg, pair{})) // the lock was given back
	})
}

func TestValueErrors(t *testing.T) {
	a := newArena(t, 4<<20)
	if _, err := NewValue(a, true); !errors.Is(err, ErrNotPOD) {
		t.Errorf("of bool: %v", err)
	}
	if _, err := NewValue(a, struct{}{}); !errors.Is(err, ErrNotPOD) {
		t.Errorf("of nothing: %v", err)
	}
	v := must(NewValue(a, int64(1)))(t)
	ok(t, a.Publish("v", v))
	if w := must(LookupValue[int64](a, "v"))(t); w != v || w.Check() != nil {
		t.Errorf("looked up: %v, not %v", w, v)
	}
	for name, err := range map[string]error{
		"of float64": second(LookupValue[float64](a, "v")),
		"a list":     second(LookupList[int64](a, "v")),
		"an array":   second(Lookup[int64](a, "v")),
	} {
		if !errors.Is(err, ErrType) {
			t.Errorf("looked up as %s: %v", name, err)
		}
	}
	ok(t, v.Free())
	freedValue(t, a, v)
}

func freedValue(t *testing.T, a *Arena, v Value[int64]) {
	t.Helper()
	w := must(NewValue(a, int64(2)))(t) // maybe where v was
	for name, err := range map[string]error{
		"check": v.Check(), "load": second(v.Load()), "store": v.Store(bg, 3),
		"update": v.Update(bg, func(*int64) { t.Error("called") }),
	} {
		if !errors.Is(err, ErrFreed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := v.Free(); !errors.Is(err, ErrBadFree) {
		t.Errorf("free again: %v", err)
	}
	if _, err := LookupValue[int64](a, "v"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("looked up after it was freed: %v", err)
	}
	ok(t, a.Close())
	for name, err := range map[string]error{"load": second(w.Load()), "store": w.Store(bg, 1), "free": w.Free()} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s of a closed arena: %v", name, err)
		}
	}
}

// A store takes a lock that is free although its context is done, and gives up
// within its context if somebody holds it.
func TestValueContext(t *testing.T) {
	a := newArena(t, 4<<20)
	v := must(NewValue(a, int64(1)))(t)
	done, cancel := context.WithCancel(bg)
	cancel()
	ok(t, v.Store(done, 2))
	inside, leave := make(chan bool), make(chan bool)
	go func() {
		_ = v.Update(bg, func(*int64) { inside <- true; <-leave })
		inside <- true
	}()
	<-inside
	short, cancel := context.WithTimeout(bg, 5*time.Millisecond)
	defer cancel()
	if err := v.Store(short, 3); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("store while somebody updates: %v", err)
	}
	if err := v.Store(done, 3); !errors.Is(err, context.Canceled) {
		t.Errorf("store with a context that is done: %v", err)
	}
	if got := must(v.Load())(t); got != 2 { // readers do not wait
		t.Errorf("%d", got)
	}
	if err := a.Close(); !errors.Is(err, ErrBusy) {
		t.Errorf("close during an update: %v", err)
	}
	leave <- true
	<-inside
}

// adder adds to what the test has published.
var adder = reexec.Register("adder", func(c *reexec.Child) {
	a := childArena(c)
	v, err := LookupValue[[2]int64](a, "v")
	n, err2 := LookupCounter(a, "n")
	l, err3 := LookupList[int64](a, "l")
	if err := errors.Join(err, err2, err3); err != nil {
		c.Fatalf("%v", err)
	}
	for i := range int64(1000) {
		err := errors.Join(v.Update(bg, func(x *[2]int64) { x[0]++; x[1] += 2 }), n.Add(3), second(l.Append(bg, i)))
		if err != nil {
			c.Fatalf("%v", err)
		}
	}
})

func TestTwoWriters(t *testing.T) {
	a := newArena(t, 4<<20)
	v, n, l := must(NewValue(a, [2]int64{}))(t), must(NewCounter(a))(t), must(NewList[int64](a))(t)
	ok(t, errors.Join(a.Publish("v", v), a.Publish("n", n), a.Publish("l", l)))
	procs := []*reexec.Proc{}
	for range 3 {
		procs = append(procs, reexec.Start(t, adder, reexec.Options{Files: []*os.File{a.File()}}))
	}
	for _, p := range procs {
		p.Wait()
	}
	if got := must(v.Load())(t); got != [2]int64{3000, 6000} {
		t.Errorf("value %v", got)
	}
	if got := must(n.Sum())(t); got != 9000 {
		t.Errorf("counter %d", got)
	}
	sum := int64(0)
	for _, x := range l.All() {
		sum += x
	}
	if l.Len() != 3000 || sum != 3*999*1000/2 {
		t.Errorf("list of %d, sum %d", l.Len(), sum)
	}
}

func TestCounter(t *testing.T) {
	eachMemory(t, func(t *testing.T, a *Arena) {
		n := must(NewCounter(a))(t)
		var wg sync.WaitGroup
		for g := range int64(8) {
			wg.Go(func() {
				for range 1000 {
					if err := n.Add(g - 3); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if got := must(n.Sum())(t); got != 4000 {
			t.Errorf("sum %d", got)
		}
		ok(t, n.Free())
		if err := n.Add(1); !errors.Is(err, ErrFreed) || !errors.Is(n.Check(), ErrFreed) || !errors.Is(second(n.Sum()), ErrFreed) {
			t.Errorf("add to a freed counter: %v", err)
		}
	})
}

// Handles are plain data that can be in one another, and say what they are of.
func TestHandlesArePlain(t *testing.T) {
	type all struct {
		V Value[float64]
		C Counter
		L List[Map[int64, Value[int64]]]
		M Map[[2]int32, List[float32]]
		D Dict[Dict[int64]]
		N Namespace
	}
	a := newArena(t, 4<<20)
	x := must(Alloc[all](a, 1))(t)
	mustFree(t, x)
	hashes := map[uint64]string{}
	for name, h := range map[string]Handle{
		"Value[int64]": Value[int64]{}, "Value[uint64]": Value[uint64]{}, "Counter": Counter{},
		"List[int64]": List[int64]{}, "Map[int64, int64]": Map[int64, int64]{}, "Map[int64, uint64]": Map[int64, uint64]{},
		"Map[uint64, int64]": Map[uint64, int64]{}, "Dict[int64]": Dict[int64]{}, "Namespace": Namespace{},
		"Array[int64]": Array[int64]{},
	} {
		hash := pod.Hash(h.handle().typ)
		if other, ok := hashes[hash]; ok || hash == 0 {
			t.Errorf("%s and %s have the type hash %#x", name, other, hash)
		}
		hashes[hash] = name
	}
}
