package ringbuf

import (
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// A full ring is looked at less often, but whoever looks sees what there is.
func TestFullRingFrees(t *testing.T) {
	for _, capacity := range []int{1, 2, 64, 1024, 4096} {
		x := open[uint64](t, testmem.Go(t, size[uint64](t, capacity)), capacity, 1<<64-1)
		var in, out, v uint64
		for ; in < uint64(capacity); in++ {
			if err := x.p.TryPushFrom(&in); err != nil {
				t.Fatalf("push %d of %d: %v", in, capacity, err)
			}
		}
		for range 3 {
			for range 3 {
				if err := x.p.TryPushFrom(&in); err != ErrFull {
					t.Fatalf("push to a full ring of %d: %v", capacity, err)
				}
			}
			if err := x.c.TryPop(&v); err != nil || v != out {
				t.Fatalf("pop %d: %d, %v", out, v, err)
			}
			out++
			if err := x.p.TryPushFrom(&in); err != nil {
				t.Fatalf("push behind a pop, ring of %d: %v", capacity, err)
			}
			in++
		}
	}
}

// move copies all of a value, and nothing beside it.
func TestMove(t *testing.T) {
	moves[uint64](t)
	moves[[7]uint64](t)
	moves[[moveWords / 8]uint64](t)
	moves[[moveWords/8 + 1]uint64](t)
	moves[[3]uint32](t)
	moves[[9]byte](t)
	moves[struct {
		A uint64
		B uint8
	}](t)
}

func moves[T any](t *testing.T) {
	size := int(elementSize[T]())
	src, dst := make([]byte, 3*size), make([]byte, 3*size)
	for i := range src {
		src[i], dst[i] = byte(i+1), 0xEE
	}
	move(middle[T](dst), middle[T](src))
	for i, b := range dst {
		want := byte(0xEE)
		if i/size == 1 {
			want = byte(i + 1)
		}
		if b != want {
			t.Fatalf("%T: byte %d is %#x, want %#x", *new(T), i-size, b, want)
		}
	}
}
