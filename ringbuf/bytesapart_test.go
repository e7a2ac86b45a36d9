package ringbuf

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// What a producer says of the CPUs, from what it has timed.
func TestDistance(t *testing.T) {
	const fast, slow = time.Microsecond, 50 * time.Microsecond // 64 KiB are 1,024 lines
	type step struct {
		took, now time.Duration
		write     int // what another producer says before; -1: nothing
		want      uint32
	}
	for name, steps := range map[string][]step{
		"near":               {{fast, 1, -1, 0}, {fast, 2, -1, 0}},
		"one that was slow":  {{slow, 1, -1, 0}, {fast, 2, -1, 0}, {slow, 3, -1, 0}, {fast, 4, -1, 0}},
		"apart":              {{slow, 1, -1, 0}, {slow, 2, -1, 1}, {fast, 3, -1, 1}, {fast, 1 + apartFor, -1, 1}},
		"no longer":          {{slow, 1, -1, 0}, {slow, 2, -1, 1}, {fast, 2 + apartFor, -1, 0}, {fast, 3 + apartFor, -1, 0}},
		"still":              {{slow, 1, -1, 0}, {slow, 2, -1, 1}, {slow, 2 + apartFor, -1, 0}, {slow, 3 + apartFor, -1, 0}, {slow, 4 + apartFor, -1, 1}},
		"another says it":    {{fast, 1, -1, 0}, {fast, 2, 1, 1}, {fast, 1 + apartFor, -1, 1}, {fast, 2 + apartFor, -1, 0}},
		"another is the end": {{slow, 1, -1, 0}, {slow, 2, -1, 1}, {slow, 3, 0, 0}, {slow, 4, -1, 1}},
		"garbage":            {{fast, 1, 0x55AA, 0x55AA}, {fast, 1 + apartFor, -1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			x := heapBytes(t, 1<<10, false)
			for i, s := range steps {
				if s.write >= 0 {
					x.apart.Store(uint32(s.write))
				}
				x.p.away.timed(x.apart, copyAtOnce, s.took, s.now)
				if got := x.apart.Load(); got != s.want {
					t.Fatalf("step %d: the ring says %d, want %d", i, got, s.want)
				}
			}
		})
	}
}

// Which records are timed: one in 256 KiB, and the one behind a slow one.
func TestDistanceDue(t *testing.T) {
	var d distance
	for round := range 3 {
		for i := range 4 {
			if got, want := d.due(timeEvery/4), i == 3; got != want {
				t.Fatalf("round %d, record %d: %t, want %t", round, i, got, want)
			}
		}
	}
	d.slow = true
	if !d.due(1) {
		t.Error("behind a slow one none is timed")
	}
}

// The consumer owns the lines of short records, and of long ones if the ring said so when it last
// looked at the tail.
func TestOwns(t *testing.T) {
	x := heapBytes(t, 1<<10, false)
	for _, said := range []uint32{0, 1, 7, 0} {
		x.apart.Store(said)
		sendAndPop(t, x, make([]byte, 24))
		for _, n := range []uint64{8, ownAlways, ownAlways + 8, 1 << 29} {
			if got, want := x.c.owns(n), n <= ownAlways || said != 0; got != want {
				t.Errorf("the ring says %d, record of %d bytes: %t, want %t", said, n, got, want)
			}
		}
	}
}

// Records of all the lengths at which they are copied in another way.
func TestCopyLengths(t *testing.T) {
	var lengths []int
	for _, n := range []int{slotAlign, ownAlways, copyAtOnce, 2 * copyAtOnce, timeEvery} {
		for d := -9; d <= 9; d++ {
			lengths = append(lengths, n+d)
		}
	}
	for n := range slotAlign {
		lengths = append(lengths, n)
	}
	for name, many := range forms {
		t.Run(name, func(t *testing.T) {
			x := openBytes(t, testmem.Go(t, bytesSize(t, 1<<20)), BytesOptions{1 << 20, many}, 1<<64-1<<18)
			for _, n := range lengths {
				b := randomly(make([]byte, n))
				sendAndPop(t, x, b)
				sent, err := x.p.TryPushBatch([][]byte{b, b[:n/2]})
				if sent != 2 || err != nil {
					t.Fatalf("batch of %d bytes: %d, %v", n, sent, err)
				}
				popExpected(t, x, b)
				popExpected(t, x, b[:n/2])
			}
		})
	}
}

func sendAndPop(t *testing.T, x *bytesPair, b []byte) {
	t.Helper()
	if err := x.p.TryPush(b); err != nil {
		t.Fatalf("push %d bytes: %v", len(b), err)
	}
	popExpected(t, x, b)
}

// popExpected pops b into a buffer with a guard behind it.
func popExpected(t *testing.T, x *bytesPair, b []byte) {
	t.Helper()
	dst := bytes.Repeat([]byte{0xEE}, len(b)+16)
	n, err := x.c.TryPop(dst)
	if err != nil || n != len(b) || !bytes.Equal(dst[:n], b) || !bytes.Equal(dst[n:], bytes.Repeat([]byte{0xEE}, 16)) {
		t.Fatalf("pop of %d bytes: %d, %v, equal %t", len(b), n, err, bytes.Equal(dst[:min(n, len(b))], b))
	}
}

// copyWords and copyLong write what they are to, and nothing behind it.
func TestCopyNothingBeside(t *testing.T) {
	for n := range 130 {
		for name, f := range map[string]func(dst, src []byte){"words": copyWords, "long": copyLong} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				src := randomly(make([]byte, n))
				dst := bytes.Repeat([]byte{0xEE}, n+20)
				f(dst[4:], src)
				if !bytes.Equal(dst[4:4+n], src) || !bytes.Equal(dst[4+n:], bytes.Repeat([]byte{0xEE}, 16)) || !bytes.Equal(dst[:4], bytes.Repeat([]byte{0xEE}, 4)) {
					t.Fatalf("% x", dst)
				}
			})
		}
	}
}
