package words

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// most is more than two turns of the longest loop of the assembly, and what is left.
const most = 2*64 + 16 + 8 + 7

// fill returns n bytes, none of them zero.
func fill(n, seed int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte((i+seed)%255 + 1)
	}
	return b
}

// Of every length each byte arrives, the rest of the last word is zero, and no word
// beside it is touched; the loops in Go do the same.
func TestStoreAndLoad(t *testing.T) {
	const guard = 0xdeadbeefdeadbeef
	for n := range most + 1 {
		words := (n + 7) / 8
		for shift := range 3 { // the words' place within 16 bytes
			mem := make([]atomic.Uint64, words+shift+1)
			for i := range mem {
				mem[i].Store(guard)
			}
			shared, src := mem[shift:shift+words], fill(n, shift)
			Store(shared, src)
			for i := range mem {
				want := uint64(guard)
				if k := i - shift; k >= 0 && k < words {
					want = Last(src[8*k : min(8*k+8, n)])
				}
				if got := mem[i].Load(); got != want {
					t.Errorf("%d bytes: word %d is %#x, want %#x", n, i-shift, got, want)
				}
			}
			back := fill(n+2, 100)
			Load(back[1:1+n], shared)
			if want := fill(n+2, 100); !bytes.Equal(back[1:1+n], src) || back[0] != want[0] || back[1+n] != want[1+n] {
				t.Errorf("%d bytes come back as %v", n, back)
			}
		}
	}
}

func TestTwins(t *testing.T) {
	for words := range most / 8 {
		src := fill(8*words, 3)
		one, other := make([]atomic.Uint64, words), make([]atomic.Uint64, words)
		storeFull(one, src)
		storeFullGo(other, src)
		a, b := make([]byte, 8*words), make([]byte, 8*words)
		loadFull(a, other)
		loadFullGo(b, one)
		if !bytes.Equal(a, src) || !bytes.Equal(b, src) {
			t.Errorf("%d words: %v and %v", words, a, b)
		}
	}
}

// Whoever loads while somebody stores gets whole words, and in order: no word is older than
// the one behind it, since stores go up and the loads of this test go down.
func TestStoredInOrder(t *testing.T) {
	const words, rounds = 21, 20_000
	shared := make([]atomic.Uint64, words+1)[1:] // not aligned to 16
	stamp := func(r int) uint64 { return uint64(r)<<32 | uint64(r) }
	var writer sync.WaitGroup
	writer.Go(func() {
		var src []byte
		for r := range rounds {
			src = src[:0]
			for range words {
				src = binary.LittleEndian.AppendUint64(src, stamp(r))
			}
			Store(shared, src)
		}
	})
	for shared[words-1].Load() != stamp(rounds-1) {
		behind := uint64(0)
		for i := words - 1; i >= 0; i-- {
			w := shared[i].Load()
			if w>>32 != w&(1<<32-1) {
				t.Fatalf("word %d is torn: %#x", i, w)
			}
			if w < behind {
				t.Fatalf("word %d is %#x, the one behind it was %#x before", i, w, behind)
			}
			behind = w
		}
	}
	writer.Wait()
}

func TestAligned(t *testing.T) {
	for n := range 200 {
		b := Aligned(n)
		if len(b) != n || cap(b) != n || n > 0 && addr(b)%line != 0 || bytes.ContainsFunc(b, func(r rune) bool { return r != 0 }) {
			t.Fatalf("%d bytes: %d, %d", n, len(b), cap(b))
		}
	}
}

func BenchmarkStore(b *testing.B) {
	for _, n := range []int{8, 64, 256, 4096} {
		shared, src := make([]atomic.Uint64, n/8), make([]byte, n)
		for name, f := range map[string]func([]atomic.Uint64, []byte){"words": Store, "go": storeFullGo} {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					f(shared, src)
				}
			})
		}
	}
}
