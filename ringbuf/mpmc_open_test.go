package ringbuf

import (
	"errors"
	"math"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestMPMCCapacity(t *testing.T) {
	for _, c := range []int{0, -1, math.MinInt, maxCapacity + 1, math.MaxInt} {
		if n, err := SizeMPMC[uint64](c); !errors.Is(err, ErrSize) {
			t.Errorf("capacity %d: %d, %v", c, n, err)
		}
		if _, err := NewMPMC[uint64](testmem.Go(t, 1<<16), Options{Capacity: c}); !errors.Is(err, ErrSize) {
			t.Errorf("new with capacity %d: %v", c, err)
		}
	}
	if n, err := SizeMPMC[[maxElement]byte](maxCapacity); err != nil && !errors.Is(err, ErrSize) {
		t.Errorf("the largest: %d, %v", n, err)
	}
	for c, want := range map[int]int{1: 1, 2: 2, 3: 4, 5: 8, 1000: 1024} {
		if x := heapCrowd(t, Options{Capacity: c}); x.Cap() != want {
			t.Errorf("capacity %d became %d", c, x.Cap())
		}
	}
}

func TestMPMCOpenRefuses(t *testing.T) {
	n := sizeMPMC[uint64](t, 8)
	good := func() []byte {
		mem := testmem.Go(t, n)
		must[*MPMC[uint64]](t)(NewMPMC[uint64](mem, Options{Capacity: 8}))
		return mem
	}
	attach := func(mem []byte, o Options) error { _, err := AttachMPMC[uint64](mem, o); return err }
	patched := func(off int, v byte) error { mem := good(); mem[off] ^= v; return attach(mem, Options{}) }
	_, other := AttachMPMC[int64](good(), Options{})
	_, larger := AttachMPMC[[2]uint64](good(), Options{})
	_, pointer := AttachMPMC[refused](good(), Options{})
	_, newPointer := NewMPMC[refused](testmem.Go(t, n), Options{Capacity: 1})
	_, short := NewMPMC[uint64](testmem.Go(t, n-1), Options{Capacity: 8})
	_, odd := NewMPMC[uint64](testmem.Go(t, n+8)[8:], Options{Capacity: 8})
	_, noMode := NewMPMC[uint64](testmem.Go(t, n), Options{Capacity: 8, Overflow: 2})
	_, oneToOne := AttachSPSC[uint64](good())
	for what, c := range map[string]struct{ got, want error }{
		"good": {attach(good(), Options{}), nil}, "same capacity": {attach(good(), Options{Capacity: 7}), nil},
		"zeroed": {attach(testmem.Go(t, n), Options{}), ErrMagic}, "magic": {patched(offMagic, 1), ErrMagic},
		"version": {patched(offVersion, 2), ErrVersion}, "element": {patched(offElement, 1), ErrCorrupt},
		"type hash": {patched(offType+7, 128), ErrCorrupt}, "stride": {patched(offStride, 64), ErrCorrupt},
		"capacity": {patched(offCapacity, 24), ErrCorrupt}, "checksum": {patched(offChecksum, 1), ErrCorrupt},
		"mode": {patched(offMode, 1), ErrCorrupt}, "other type": {other, ErrType}, "larger type": {larger, ErrType},
		"other capacity": {attach(good(), Options{Capacity: 9}), ErrCapacity}, "negative": {attach(good(), Options{Capacity: -1}), ErrCapacity},
		"other mode": {attach(good(), Options{Overflow: DropOldest}), ErrMode}, "no such mode": {noMode, ErrMode},
		"attach with no such mode": {attach(good(), Options{Overflow: 7}), ErrMode},
		"cut short":                {attach(good()[:n-1], Options{}), ErrSize}, "no header": {attach(good()[:100], Options{}), ErrSize},
		"empty": {attach(nil, Options{}), ErrSize}, "unaligned": {attach(good()[8:], Options{}), ErrSize},
		"pointers": {pointer, pod.ErrNotPOD}, "new of pointers": {newPointer, pod.ErrNotPOD},
		"new in too little": {short, ErrSize}, "new unaligned": {odd, ErrSize}, "one to one": {oneToOne, ErrMagic},
		"forged capacity": {attach(forgedMPMC(t, 7, 64, 0), Options{}), ErrCorrupt}, "forged size": {attach(forgedMPMC(t, 1<<40, 64, 0), Options{}), ErrCorrupt},
		"forged large": {attach(forgedMPMC(t, 1<<30, 64, 0), Options{}), ErrSize}, "forged stride": {attach(forgedMPMC(t, 8, 1<<60, 0), Options{}), ErrCorrupt},
		"forged nothing": {attach(forgedMPMC(t, 0, 64, 0), Options{}), ErrCorrupt}, "forged mode": {attach(forgedMPMC(t, 8, 64, 5), Options{}), ErrCorrupt},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
}

// forgedMPMC is a header with a right checksum.
func forgedMPMC(t *testing.T, capacity, stride uint64, mode Overflow) []byte {
	mem := testmem.Go(t, 8192)
	s := shapeOf[uint64](capacity, mode)
	s.stride = stride
	mpmcKind.seal(mem, s)
	return mem
}

// A header that says another size of the values, and has a right checksum, is that of another type.
func TestMPMCForgedElement(t *testing.T) {
	mem, s := testmem.Go(t, 8192), shapeOf[uint64](1, Block)
	s.element++
	mpmcKind.seal(mem, s)
	if _, err := AttachMPMC[uint64](mem, Options{}); !errors.Is(err, ErrType) {
		t.Errorf("attach: %v", err)
	}
}
