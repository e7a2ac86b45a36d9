package ringbuf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestTables(t *testing.T) {
	table[[1]byte](t)
	table[[7]byte](t)
	table[[8]byte](t)
	table[[9]byte](t)
	table[[63]byte](t)
	table[[64]byte](t)
	table[[65]byte](t)
	table[[129]byte](t)
	table[[4096]byte](t)
	table[uint64](t)
	table[[7]uint64](t)
	table[[moveWords / 8]uint64](t)
	table[[moveWords/8 + 1]uint64](t)
	table[uint16](t)
	table[int32](t)
	table[struct {
		A int8
		B uint64
		C [3]uint32
	}](t)
}

// table pushes and pops in every pattern of batch sizes that a small ring has, over memory whose
// neighbours fault.
func table[T any](t *testing.T) {
	var zero T
	for _, capacity := range []int{1, 2, 3, 8} {
		for _, side := range []testmem.Side{testmem.Start, testmem.End} {
			n := size[T](t, capacity)
			if n%slotAlign != 0 || strideOf[T]()%slotAlign != 0 || strideOf[T]() < stampSize+elementSize[T]() {
				t.Fatalf("%T: size %d, stride %d", zero, n, strideOf[T]())
			}
			mem := testmem.Guarded(t, n, side)
			for i := range mem {
				mem[i] = 0xEE
			}
			t.Run(fmt.Sprintf("%T/%d/%d", zero, capacity, side), func(t *testing.T) {
				x := open[T](t, mem, capacity, 0)
				runs(t, x)
				paddingIsUntouched(t, x)
			})
		}
	}
}

// runs fills and drains the ring from every offset, one at a time and in batches.
func runs[T any](t *testing.T, x *pair[T]) {
	w, r := 0, 0 // messages pushed, popped
	for in := range x.Cap() + 1 {
		for out := range x.Cap() + 1 {
			pushAll(t, x, &w, in)
			popAll(t, x, &r, min(out, w-r))
			if x.Len() != w-r {
				t.Fatalf("Len %d with %d stored", x.Len(), w-r)
			}
			popAll(t, x, &r, w-r)
		}
		var v T
		if err := x.c.TryPop(&v); err != ErrEmpty {
			t.Fatalf("pop of an empty ring: %v", err)
		}
		if n, err := x.c.TryPopBatch(make([]T, 3)); n != 0 || err != ErrEmpty {
			t.Fatalf("batch of an empty ring: %d, %v", n, err)
		}
		for range x.Cap() {
			pushAll(t, x, &w, 1)
		}
		if err := x.p.TryPush(v); err != ErrFull || x.Len() != x.Cap() {
			t.Fatalf("push to a full ring: %v, Len %d", err, x.Len())
		}
		popAll(t, x, &r, 1)
		pushAll(t, x, &w, 1)
		if n, err := x.p.TryPushBatch(make([]T, 2)); n != 0 || err != ErrFull {
			t.Fatalf("batch to a full ring: %d, %v", n, err)
		}
		popAll(t, x, &r, w-r)
	}
}

func pushAll[T any](t *testing.T, x *pair[T], w *int, n int) {
	t.Helper()
	src := make([]T, n+x.Cap()) // more than fits
	free := x.Cap() - x.Len()
	for i := range src {
		src[i] = numbered[T](*w + i)
	}
	got, err := 1, error(nil)
	switch n {
	case 0:
		got, err = x.p.TryPushBatch(nil)
	case 1:
		err = x.p.TryPush(src[0])
	case free:
		got, err = x.p.TryPushBatch(src) // fills up
	default:
		got, err = x.p.TryPushBatch(src[:n])
	}
	if got != n || err != nil {
		t.Fatalf("pushed %d of %d: %v", got, n, err)
	}
	*w += n
}

func popAll[T any](t *testing.T, x *pair[T], r *int, n int) {
	t.Helper()
	dst := make([]T, n)
	got, err := 1, error(nil)
	if n == 1 {
		err = x.c.TryPop(&dst[0])
	} else {
		got, err = x.c.TryPopBatch(dst)
	}
	if got != n || err != nil {
		t.Fatalf("popped %d of %d: %v", got, n, err)
	}
	for i, v := range dst {
		if any(v) != any(numbered[T](*r+i)) {
			t.Fatalf("message %d is %v", *r+i, v)
		}
	}
	*r += n
	if x.c.Seq() != uint64(*r) {
		t.Fatalf("Seq %d after %d pops", x.c.Seq(), *r)
	}
}

// paddingIsUntouched checks the bytes between T and the next slot.
func paddingIsUntouched[T any](t *testing.T, x *pair[T]) {
	stride, end := int(strideOf[T]()), stampSize+int(elementSize[T]())
	for s := range x.Cap() {
		for i, b := range x.mem[offSlots+s*stride:][:stride] {
			if i >= end && b != 0xEE {
				t.Fatalf("slot %d, byte %d was written", s, i)
			}
		}
	}
}

func TestCapacity(t *testing.T) {
	for _, c := range []int{0, -1, math.MinInt, maxCapacity + 1, math.MaxInt} {
		if n, err := SizeSPSC[uint64](c); !errors.Is(err, ErrSize) {
			t.Errorf("capacity %d: %d, %v", c, n, err)
		}
		if _, err := NewSPSC[uint64](testmem.Go(t, 4096), c); !errors.Is(err, ErrSize) {
			t.Errorf("new with capacity %d: %v", c, err)
		}
	}
	for c, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 8, 1000: 1024} {
		x := open[uint64](t, testmem.Go(t, size[uint64](t, c)), c, 0)
		if x.Cap() != want {
			t.Errorf("capacity %d became %d", c, x.Cap())
		}
	}
}

type refused struct{ P *int }

func TestOpenRefuses(t *testing.T) {
	n := size[uint64](t, 8)
	good := func() []byte {
		mem := testmem.Go(t, n)
		must[*SPSC[uint64]](t)(NewSPSC[uint64](mem, 8))
		return mem
	}
	attach := func(mem []byte) error { _, err := AttachSPSC[uint64](mem); return err }
	patched := func(off int, v byte) error { mem := good(); mem[off] ^= v; return attach(mem) }
	_, other := AttachSPSC[int64](good())
	_, larger := AttachSPSC[[2]uint64](good())
	_, pointer := AttachSPSC[refused](good())
	_, newPointer := NewSPSC[refused](testmem.Go(t, n), 1)
	_, short := NewSPSC[uint64](testmem.Go(t, n-1), 8)
	_, odd := NewSPSC[uint64](testmem.Go(t, n+8)[8:], 8)
	for what, c := range map[string]struct{ got, want error }{
		"good": {attach(good()), nil}, "zeroed": {attach(testmem.Go(t, n)), ErrMagic},
		"magic": {patched(offMagic, 1), ErrMagic}, "version": {patched(offVersion, 2), ErrVersion},
		"element": {patched(offElement, 1), ErrCorrupt}, "type hash": {patched(offType+7, 128), ErrCorrupt},
		"stride": {patched(offStride, 64), ErrCorrupt}, "capacity": {patched(offCapacity, 24), ErrCorrupt},
		"checksum": {patched(offChecksum, 1), ErrCorrupt}, "other type": {other, ErrType}, "larger type": {larger, ErrType},
		"cut short": {attach(good()[:n-1]), ErrSize}, "no header": {attach(good()[:100]), ErrSize}, "empty": {attach(nil), ErrSize},
		"unaligned": {attach(good()[8:]), ErrSize}, "pointers": {pointer, pod.ErrNotPOD}, "new of pointers": {newPointer, pod.ErrNotPOD},
		"new in too little": {short, ErrSize}, "new unaligned": {odd, ErrSize},
		"impossible sums": {attach(forged(t, header{element: 8, hash: 0, stride: 64, capacity: 8})), ErrType},
		"impossible size": {attach(forged(t, header{element: 9, hash: forgery(8, 64).hash, stride: 64, capacity: 8})), ErrType},
		"forged capacity": {attach(forged(t, forgery(7, 64))), ErrCorrupt}, "forged size": {attach(forged(t, forgery(1<<40, 64))), ErrCorrupt},
		"forged large": {attach(forged(t, forgery(1<<30, 64))), ErrSize}, "forged stride": {attach(forged(t, forgery(8, 1<<60))), ErrCorrupt},
		"forged nothing": {attach(forged(t, forgery(0, 64))), ErrCorrupt},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
}

// forgery is a header with a right checksum.
func forgery(capacity, stride uint64) header {
	h := headerOf[uint64](capacity)
	h.stride = stride
	return h
}

func forged(t *testing.T, h header) []byte {
	mem := testmem.Go(t, 4096)
	h.write(mem)
	return mem
}

// numbered is a value that is different for each i, in all its bytes.
func numbered[T any](i int) (v T) {
	b := make([]byte, elementSize[T]())
	for k := range b {
		b[k] = byte(i*31 + k)
	}
	if _, err := binary.Decode(b, binary.LittleEndian, &v); err != nil {
		panic(err)
	}
	return v
}
