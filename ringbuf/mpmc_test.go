package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

// crowd is a many-to-many ring and one handle of each kind, by two members of one town.
type crowd[T any] struct {
	*MPMC[T]
	town   *town
	mem    []byte
	sm, rm *double
	s      *Sender[T]
	c      *Receiver[T]
}

// openMPMC makes a ring in mem whose first value has the number first.
func openMPMC[T any](tb testing.TB, mem []byte, o Options, first uint64) *crowd[T] {
	tb.Helper()
	t := &town{}
	x := &crowd[T]{MPMC: must[*MPMC[T]](tb)(newMPMC[T](mem, o, first)), town: t, mem: mem, sm: t.member(1), rm: t.member(2)}
	x.s = must[*Sender[T]](tb)(x.Sender(x.sm))
	x.c = must[*Receiver[T]](tb)(x.Receiver(x.rm))
	return x
}

func sizeMPMC[T any](tb testing.TB, capacity int) int {
	tb.Helper()
	return must[int](tb)(SizeMPMC[T](capacity))
}

func heapCrowd(t *testing.T, o Options) *crowd[message] {
	t.Helper()
	return openMPMC[message](t, testmem.Go(t, sizeMPMC[message](t, o.Capacity)), o, 0)
}

func TestMPMCSmoke(t *testing.T) {
	for name, mem := range memories(t, sizeMPMC[message](t, 4)) {
		t.Run(name, func(t *testing.T) {
			x := openMPMC[message](t, mem, Options{Capacity: 3}, 0)
			if x.Cap() != 4 || x.Len() != 0 {
				t.Fatalf("Cap %d, Len %d; want 4, 0", x.Cap(), x.Len())
			}
			smokeMPMC(t, x)
		})
	}
}

func smokeMPMC(t *testing.T, x *crowd[message]) {
	for i := range uint64(4) {
		if err := x.s.TryPush(messageOf(i)); err != nil || x.Len() != int(i)+1 {
			t.Fatalf("push %d: %v, Len %d", i, err, x.Len())
		}
	}
	if err := x.s.TryPush(message{}); err != ErrFull {
		t.Fatalf("fifth push: %v, want ErrFull", err)
	}
	var v message
	for i := range uint64(4) {
		if err := x.c.TryPop(&v); err != nil || v != messageOf(i) || x.c.Seq() != i {
			t.Fatalf("pop %d: %v, %v, Seq %d", i, v, err, x.c.Seq())
		}
	}
	v = messageOf(9)
	if err := x.c.TryPop(&v); err != ErrEmpty || v != messageOf(9) {
		t.Fatalf("pop of an empty ring: %v, %v; want ErrEmpty and dst untouched", v, err)
	}
	if err := errors.Join(x.s.TryPush(messageOf(4)), x.Close(), x.Close()); err != nil {
		t.Fatal(err)
	}
	if err := x.s.TryPush(v); err != ErrClosed {
		t.Fatalf("push after Close: %v", err)
	}
	if err := x.c.TryPop(&v); err != nil || v != messageOf(4) {
		t.Fatalf("drain after Close: %v, %v", v, err)
	}
	if err := x.c.TryPop(&v); err != ErrClosed {
		t.Fatalf("pop of a drained ring: %v", err)
	}
}

func TestMPMCTables(t *testing.T) {
	tableMPMC[[1]byte](t)
	tableMPMC[[7]byte](t)
	tableMPMC[[8]byte](t)
	tableMPMC[[9]byte](t)
	tableMPMC[[63]byte](t)
	tableMPMC[[64]byte](t)
	tableMPMC[[65]byte](t)
	tableMPMC[[129]byte](t)
	tableMPMC[[4096]byte](t)
	tableMPMC[uint16](t)
}

// tableMPMC pushes and pops in every pattern of batch sizes that a small ring has, over memory
// whose neighbours fault.
func tableMPMC[T any](t *testing.T) {
	for _, capacity := range []int{1, 2, 3, 8} {
		for _, side := range []testmem.Side{testmem.Start, testmem.End} {
			mem := testmem.Guarded(t, sizeMPMC[T](t, capacity), side)
			for i := range mem {
				mem[i] = 0xEE
			}
			x := openMPMC[T](t, mem, Options{Capacity: capacity}, 0)
			t.Run(fmt.Sprintf("%T/%d/%d", *new(T), capacity, side), func(t *testing.T) {
				patterns(t, x)
				for i := range x.size {
					cell := mem[offCells+i*strideOf[T]():][:strideOf[T]()]
					for k, b := range cell[stampSize+elementSize[T]():] {
						if b != 0xEE {
							t.Fatalf("byte %d of the padding of cell %d is %#x", k, i, b)
						}
					}
				}
			})
		}
	}
}

// patterns fills and drains the ring from every offset, in batches of each size.
func patterns[T any](t *testing.T, x *crowd[T]) {
	w, r := 0, 0 // values pushed, popped
	for in := range x.Cap() + 2 {
		for out := range x.Cap() + 2 {
			src := make([]T, in)
			for k := range src {
				src[k] = numbered[T](w + k)
			}
			n, err := x.s.TryPushBatch(src)
			if want := min(in, x.Cap()-(w-r)); n != want || (err != nil) != (in > 0 && n == 0) {
				t.Fatalf("push of %d with %d stored: %d, %v", in, w-r, n, err)
			}
			w += n
			dst := make([]T, out)
			n, err = x.c.TryPopBatch(dst)
			if want := min(out, w-r); n != want || (err != nil) != (out > 0 && n == 0) {
				t.Fatalf("pop of %d with %d stored: %d, %v", out, w-r, n, err)
			}
			for k := range n {
				if any(dst[k]) != any(numbered[T](r+k)) {
					t.Fatalf("value %d is %v", r+k, dst[k])
				}
			}
			if r += n; n > 0 && x.c.Seq() != uint64(r-1) || x.Len() != w-r {
				t.Fatalf("Seq %d, Len %d; want %d, %d", x.c.Seq(), x.Len(), r-1, w-r)
			}
		}
	}
}

// TestMPMCDropOldest: of any number of values the newest survive, in order, and the others are
// counted.
func TestMPMCDropOldest(t *testing.T) {
	for _, capacity := range []int{1, 2, 8} {
		for _, batch := range []int{1, 3, 20} {
			x := heapCrowd(t, Options{Capacity: capacity, Overflow: DropOldest})
			pushed, popped := uint64(0), 0
			for round := range 40 {
				src := make([]message, batch)
				for k := range src {
					src[k] = messageOf(pushed + uint64(k))
				}
				n, err := x.s.TryPushBatch(src)
				if err != nil || n != min(batch, capacity) {
					t.Fatalf("push of %d to %d cells: %d, %v", batch, capacity, n, err)
				}
				pushed += uint64(n)
				if round%5 == 4 {
					var v message
					stored := uint64(x.Len())
					for i := pushed - stored; i != pushed; i++ {
						if err := x.c.TryPop(&v); err != nil || v != messageOf(i) {
							t.Fatalf("value %d of %d: %v, %v", i, pushed, v, err)
						}
						popped++
					}
					if err := x.c.TryPop(&v); err != ErrEmpty {
						t.Fatalf("one more: %v, %v", v, err)
					}
				}
			}
			if got := x.Dropped(); got != pushed-uint64(popped+x.Len()) {
				t.Errorf("capacity %d, batch %d: %d dropped of %d, popped %d", capacity, batch, got, pushed, popped)
			}
		}
	}
}

// TestMPMCSeats: there is a limit of handles, and a released or dead one makes room.
func TestMPMCSeats(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 2})
	var all []*Sender[message]
	for range seats - 1 {
		all = append(all, must[*Sender[message]](t)(x.Sender(x.town.member(3))))
	}
	if _, err := x.Sender(x.town.member(4)); !errors.Is(err, ErrBusy) {
		t.Fatalf("one too many: %v", err)
	}
	all[7].Release()
	all[7].Release() // again is nothing
	must[*Sender[message]](t)(x.Sender(x.town.member(4)))
	x.town.kill(3)
	must[*Sender[message]](t)(x.Sender(x.town.member(5)))
	for what, f := range map[string]func(){
		"push": func() { _ = all[7].TryPush(message{}) }, "batch": func() { _, _ = all[7].TryPushBatch(make([]message, 1)) },
		"pop":  func() { x.c.Release(); _ = x.c.TryPop(new(message)) },
		"done": func() { must[*Receiver[message]](t)(x.Receiver(x.rm)).Done() },
		"take": func() {
			c := must[*Receiver[message]](t)(x.Receiver(x.rm))
			_ = x.s.TryPush(message{})
			_, _ = c.TryTake(new(message)), c.TryTake(new(message))
		},
	} {
		if !panics(f) {
			t.Errorf("%s does not panic", what)
		}
	}
}

func TestMPMCContextEndsAWait(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := x.c.Pop(ctx); err != context.DeadlineExceeded {
		t.Fatalf("pop: %v", err)
	}
	if err := x.s.Push(ctx, messageOf(7)); err != nil { // the deadline is past, but there is room
		t.Fatalf("push with room: %v", err)
	}
	if err := x.s.Push(ctx, message{}); err != context.DeadlineExceeded {
		t.Fatalf("push to a full ring: %v", err)
	}
	if v, err := x.c.Take(ctx); err != nil || v != messageOf(7) {
		t.Fatalf("take with a value: %v, %v", v, err)
	}
	if err := x.s.Push(ctx, message{}); err != context.DeadlineExceeded { // its cell is not given back yet
		t.Fatalf("push while the value is held: %v", err)
	}
	x.c.Done()
	if err := x.s.Push(ctx, message{}); err != nil {
		t.Fatalf("push after Done: %v", err)
	}
}

func TestMPMCNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	x := heapCrowd(t, Options{Capacity: 8})
	src, dst := make([]message, 4), make([]message, 4)
	var v message
	for what, f := range map[string]func(){
		"one":      func() { _ = x.s.TryPush(v); _ = x.c.TryPop(&v) },
		"from":     func() { _ = x.s.TryPushFrom(&v); _ = x.c.TryPop(&v) },
		"batch":    func() { _, _ = x.s.TryPushBatch(src); _, _ = x.c.TryPopBatch(dst) },
		"blocking": func() { _ = x.s.Push(t.Context(), v); _, _ = x.c.Pop(t.Context()) },
		"take":     func() { _ = x.s.TryPush(v); _ = x.c.TryTake(&v); x.c.Done() },
		"empty":    func() { _ = x.c.TryPop(&v) },
	} {
		if n := testing.AllocsPerRun(3000, f); n != 0 {
			t.Errorf("%s: %v allocations", what, n)
		}
	}
}

// A push of nothing panics before anything is claimed: the ring goes on.
func TestMPMCPushFromNil(t *testing.T) {
	x := heapCrowd(t, Options{Capacity: 2})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("a push of nil did not panic")
			}
		}()
		_ = x.s.TryPushFrom(nil)
	}()
	v := messageOf(7)
	if err := x.s.TryPushFrom(&v); err != nil {
		t.Fatal(err)
	}
	if err := x.c.TryPop(&v); err != nil || v != messageOf(7) || x.c.Seq() != 0 {
		t.Fatalf("pop behind it: %v, %v, number %d", v, err, x.c.Seq())
	}
}
