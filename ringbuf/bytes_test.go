package ringbuf

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestBytesSmoke(t *testing.T) {
	for form, many := range forms {
		for name, mem := range memories(t, bytesSize(t, 100)) {
			t.Run(form+"/"+name, func(t *testing.T) { bytesSmoke(t, openBytes(t, mem, BytesOptions{100, many}, 0)) })
		}
	}
}

func bytesSmoke(t *testing.T, x *bytesPair) {
	if x.Cap() != 128 || x.MaxMessage() != 56 || x.Len() != 0 {
		t.Fatalf("Cap %d, MaxMessage %d, Len %d", x.Cap(), x.MaxMessage(), x.Len())
	}
	buf := make([]byte, 64)
	if n, err := x.c.TryPop(buf); n != 0 || err != ErrEmpty {
		t.Fatalf("pop of an empty ring: %d, %v", n, err)
	}
	for _, s := range []string{"a", "", "0123456789"} {
		if err := x.p.TryPush([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if x.Len() != 16+8+24 {
		t.Errorf("Len %d", x.Len())
	}
	var short *ShortBufferError
	if n, err := x.c.TryPop(nil); n != 0 || !errors.As(err, &short) || short.Need != 1 || !errors.Is(err, ErrShortBuffer) {
		t.Errorf("pop to no buffer: %d, %v", n, err)
	}
	for _, s := range []string{"a", "", "0123456789"} {
		if n, err := x.c.TryPop(buf); err != nil || string(buf[:n]) != s {
			t.Errorf("pop: %q, %v, want %q", buf[:n], err, s)
		}
	}
	if err := x.Close(); err != nil || x.Close() != nil {
		t.Error(err)
	}
	if err := x.p.TryPush(nil); err != ErrClosed {
		t.Errorf("push after Close: %v", err)
	}
	if _, err := x.c.TryPop(buf); err != ErrClosed {
		t.Errorf("pop after Close: %v", err)
	}
}

// TestBytesSizes: what is refused, and what Cap tells.
func TestBytesSizes(t *testing.T) {
	for _, capacity := range []int{0, -1, math.MinInt, maxData + 1, math.MaxInt} {
		if _, err := SizeBytes(capacity); !errors.Is(err, ErrSize) {
			t.Errorf("capacity %d: %v", capacity, err)
		}
		if _, err := NewBytes(testmem.Go(t, 4096), BytesOptions{Capacity: capacity}); !errors.Is(err, ErrSize) {
			t.Errorf("new with capacity %d: %v", capacity, err)
		}
	}
	for capacity, want := range map[int]int{1: 64, 64: 64, 65: 128, 4096: 4096} {
		mem := testmem.Go(t, bytesSize(t, capacity))
		if r := must[*Bytes](t)(NewBytes(mem, BytesOptions{Capacity: capacity})); r.Cap() != want || len(mem) != offData+want {
			t.Errorf("capacity %d: Cap %d in %d bytes", capacity, r.Cap(), len(mem))
		}
		for _, bad := range [][]byte{mem[:len(mem)-1], mem[8:], nil, mem[:8]} {
			if _, err := NewBytes(bad, BytesOptions{Capacity: capacity}); !errors.Is(err, ErrSize) {
				t.Errorf("%d bytes of memory: %v", len(bad), err)
			}
			if _, err := AttachBytes(bad); !errors.Is(err, ErrSize) {
				t.Errorf("attach to %d bytes: %v", len(bad), err)
			}
		}
	}
	if n := bytesSize(t, maxData); n != offData+maxData {
		t.Errorf("the largest ring: %d", n)
	}
}

// TestBytesAttach: another kind of memory is refused with an error of its own.
func TestBytesAttach(t *testing.T) {
	mem := testmem.Go(t, bytesSize(t, 64))
	for what, c := range map[string]struct {
		garble func()
		want   error
	}{
		"zeroes":          {func() { clear(mem) }, ErrMagic},
		"a one-to-one":    {func() { must[*SPSC[uint64]](t)(NewSPSC[uint64](mem, 1)) }, ErrMagic},
		"version":         {func() { word32(mem, offVersion).Store(7) }, ErrVersion},
		"form":            {func() { word32(mem, offBytesProducers).Store(2) }, ErrCorrupt},
		"size":            {func() { word64(mem, offBytesSize).Store(32) }, ErrCorrupt},
		"a size too far":  {func() { bytesHeader{1, 128}.write(mem) }, ErrSize},
		"no power of two": {func() { bytesHeader{1, 65}.write(mem) }, ErrCorrupt},
		"no form":         {func() { bytesHeader{3, 64}.write(mem) }, ErrCorrupt},
	} {
		must[*Bytes](t)(NewBytes(mem, BytesOptions{Capacity: 1}))
		c.garble()
		if _, err := AttachBytes(mem); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// TestBytesTables: every length up to the longest, at every start offset, several laps, with guard
// pages at either end.
func TestBytesTables(t *testing.T) {
	for form, many := range forms {
		for _, side := range []testmem.Side{testmem.Start, testmem.End} {
			mem := testmem.Guarded(t, bytesSize(t, 256), side)
			t.Run(fmt.Sprint(form, side), func(t *testing.T) {
				for first := uint64(0); first < 256; first += 8 {
					x := openBytes(t, mem, BytesOptions{256, many}, -first-512)
					for n := range x.MaxMessage() + 1 {
						want := fillPayload(make([]byte, n), uint64(n)+first)
						if err := x.p.TryPush(want); err != nil {
							t.Fatalf("from %d: push of %d: %v", first, n, err)
						}
						if got, err := x.c.AppendPop(t.Context(), nil); err != nil || !bytes.Equal(got, want) {
							t.Fatalf("from %d: %d bytes: %x, %v", first, n, got, err)
						}
					}
				}
			})
		}
	}
}

// TestBytesLongest: MaxMessage can be sent over and over at each offset, and one byte more cannot.
func TestBytesLongest(t *testing.T) {
	for form, many := range forms {
		t.Run(form, func(t *testing.T) {
			for first := uint64(0); first < 128; first += 8 {
				x := openBytes(t, testmem.Go(t, bytesSize(t, 128)), BytesOptions{128, many}, first)
				for range 20 {
					want := fillPayload(make([]byte, x.MaxMessage()), first)
					if err := x.p.TryPush(want); err != nil {
						t.Fatalf("at %d: %v", x.tail.Load(), err)
					}
					if got, err := x.c.AppendPop(t.Context(), nil); err != nil || !bytes.Equal(got, want) {
						t.Fatal(got, err)
					}
				}
				before := x.Len()
				for _, n := range []int{x.MaxMessage() + 1, -1, math.MaxInt, math.MinInt} {
					if _, err := x.p.TryClaim(n); !errors.Is(err, ErrTooLarge) {
						t.Errorf("claim of %d: %v", n, err)
					}
				}
				tooLong := make([]byte, x.MaxMessage()+1)
				_, berr := x.p.TryPushBatch([][]byte{tooLong})
				for _, err := range []error{x.p.TryPush(tooLong), x.p.Push(t.Context(), tooLong), berr} {
					if !errors.Is(err, ErrTooLarge) {
						t.Errorf("push of a byte too many: %v", err)
					}
				}
				if x.Len() != before {
					t.Errorf("Len %d, was %d", x.Len(), before)
				}
			}
		})
	}
}

// TestBytesFull: what fits, fits exactly.
func TestBytesFull(t *testing.T) {
	for form, many := range forms {
		t.Run(form, func(t *testing.T) {
			x := heapBytes(t, 128, many)
			for i := range 16 {
				if err := x.p.TryPush(nil); err != nil || x.Len() != 8*(i+1) {
					t.Fatalf("push %d: %v, Len %d", i, err, x.Len())
				}
			}
			if err := x.p.TryPush(nil); err != ErrFull {
				t.Fatalf("push to a full ring: %v", err)
			}
			if n, err := x.p.TryPushBatch(make([][]byte, 2)); n != 0 || err != ErrFull {
				t.Fatalf("batch to a full ring: %d, %v", n, err)
			}
			must[int](t)(x.c.TryPop(nil))
			if n, err := x.p.TryPushBatch(make([][]byte, 3)); n != 1 || err != nil {
				t.Fatalf("batch with room for one: %d, %v", n, err)
			}
			if n, err := x.p.TryPushBatch(nil); n != 0 || err != nil {
				t.Fatalf("empty batch: %d, %v", n, err)
			}
		})
	}
}

// TestBytesStaleHeaders: bytes of the last lap that look like records are not taken for one.
func TestBytesStaleHeaders(t *testing.T) {
	for form, many := range forms {
		x := heapBytes(t, 128, many)
		trap := bytes.Repeat([]byte{16, 0, 0, 0, 0, 0, 0, 0}, 7) // each word is the header of a record of 8 bytes
		for range 50 {
			must[struct{}](t)(struct{}{}, x.p.TryPush(trap))
			must[[]byte](t)(x.c.AppendPop(t.Context(), nil))
			if v, err := x.c.TryPeek(); err != ErrEmpty {
				t.Fatalf("%s: %x, %v", form, v.Bytes(), err)
			}
		}
	}
}

// TestBytesNoAllocations: neither the calls that never block, nor the others while they need not.
func TestBytesNoAllocations(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for form, many := range forms {
		x := heapBytes(t, 1024, many)
		src, dst := make([]byte, 100), make([]byte, 100)
		msgs := [][]byte{src[:1], src[:50]}
		for what, f := range map[string]func(){
			"copy":     func() { _ = x.p.TryPush(src); _, _ = x.c.TryPop(dst) },
			"blocking": func() { _ = x.p.Push(t.Context(), src); _, _ = x.c.Pop(t.Context(), dst) },
			"in place": func() {
				l, _ := x.p.Claim(t.Context(), 100)
				_ = l.Commit()
				v, _ := x.c.Peek(t.Context())
				v.Release()
			},
			"abort": func() { l, _ := x.p.TryClaim(100); _ = l.Abort(); _, _ = x.c.TryPeek() },
			"batch": func() {
				_, _ = x.p.TryPushBatch(msgs)
				_, _ = x.c.TryPeek()
				v, _ := x.c.TryPeek()
				v.Release()
			},
		} {
			if n := testing.AllocsPerRun(2000, f); n != 0 {
				t.Errorf("%s, %s: %v allocations", form, what, n)
			}
		}
	}
}
