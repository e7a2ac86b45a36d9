package ringbuf

import (
	"bytes"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// TestBulk: the copy is that of the language: the shorter of the two, at every alignment, round the
// length from which it is another one, with guard pages before and behind.
func TestBulk(t *testing.T) {
	const most = 3 * 4096
	want := fillPayload(make([]byte, most), 0x1234567)
	for _, side := range []testmem.Side{testmem.Start, testmem.End} {
		from, to := testmem.Guarded(t, most, side), testmem.Guarded(t, most, side)
		copy(from, want)
		for _, n := range []int{0, 1, 63, 64, 2047, 2048, 2049, 4096, 4097, most - 64} {
			for shift := range 65 {
				a, b := shift, 64-shift
				if side == testmem.End {
					a, b = most-n-shift, most-n-b
				}
				clear(to)
				if k := copyBulk(to[a:a+n], from[b:min(b+n+shift, most)]); k != n || !bytes.Equal(to[a:a+n], want[b:b+n]) {
					t.Fatalf("%d bytes from %d to %d: %d", n, b, a, k)
				}
				if first, last := bytes.Trim(to[:a], "\x00"), bytes.Trim(to[a+n:], "\x00"); len(first)+len(last) != 0 {
					t.Fatalf("%d bytes to %d: others were changed", n, a)
				}
			}
		}
		if k := copyBulk(to, from[:3000]); k != 3000 {
			t.Errorf("a short source: %d", k)
		}
	}
	if got := appendBulk([]byte("head"), want); !bytes.Equal(got[4:], want) || string(got[:4]) != "head" {
		t.Error("append")
	}
	if got := appendBulk(nil, nil); got != nil {
		t.Errorf("append of nothing: %v", got)
	}
}
