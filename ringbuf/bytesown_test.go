package ringbuf

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// What owns the lines of a record changes nothing in it, and touches nothing outside: the memory's
// neighbours fault.
func TestOwnChangesNothing(t *testing.T) {
	if !plainStores {
		t.Skip("this build stores with atomics, and owns no lines")
	}
	for _, side := range []testmem.Side{testmem.Start, testmem.End} {
		const size = 512
		mem := testmem.Guarded(t, offData+size, side)
		r := regionOf(mem, size)
		want := randomly(mem[offData:])
		for pos := uint64(0); pos < size; pos += 8 {
			for n := uint64(8); n <= size-pos; n += 8 {
				r.own(1<<40+pos, n)
				if !bytes.Equal(mem[offData:], want) {
					t.Fatalf("%d bytes at %d were changed", n, pos)
				}
			}
		}
	}
}

// A record that is longer than what is owned at once, and one whose length is not its own.
func TestOwnOfALongRecord(t *testing.T) {
	if !plainStores {
		t.Skip("this build stores with atomics, and owns no lines")
	}
	const size = 4 * ownAtOnce
	mem := testmem.Guarded(t, offData+size, testmem.End)
	r := regionOf(mem, size)
	want := randomly(mem[offData:])
	for _, n := range []uint64{ownAtOnce - 8, ownAtOnce, ownAtOnce + 8, 3*ownAtOnce + 8, size, 1 << 62} {
		r.own(8, n)
		r.own(size-ownAtOnce-8, n)
		if !bytes.Equal(mem[offData:], want) {
			t.Fatalf("%d bytes were changed", n)
		}
	}
}

// randomly fills b, and returns a copy of it.
func randomly(b []byte) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return bytes.Clone(b)
}
