package kernels

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// What is left of one side when the other is done is copied block by block: others get a
// turn, again and again, on one processor.
func TestRestsOfMergesGiveWay(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	shorterTurns(t)
	const n, enough = 16 << 17, 3
	dst, x := make([]int64, n), make([]int64, n)
	dwords, y := make([]int32, n), make([]int32, n)
	for name, merge := range map[string]func(){
		"Merge":                func() { Merge(floatsOf(dst), floatsOf(x), nil) },
		"MergeDescending":      func() { MergeDescending(floatsOf(dst), nil, floatsOf(x)) },
		"MergeInt64":           func() { MergeInt64(dst, nil, x) },
		"MergeUint64":          func() { MergeUint64(wordsOf(dst), wordsOf(x), nil) },
		"MergeInt32":           func() { MergeInt32(dwords, y, nil) },
		"MergeInt32Descending": func() { MergeInt32Descending(dwords, nil, y) },
	} {
		if turns := turnsOfOthers(merge); turns < enough {
			t.Errorf("%s let another goroutine run %d times, not %d", name, turns, enough)
		}
	}
}

// A rest of any number of blocks is copied whole, and nothing behind it.
func TestCopyBlocks(t *testing.T) {
	const block = blockBytes / 8
	r := rand.New(rand.NewPCG(7, 14))
	for _, n := range []int{0, 1, block - 1, block, block + 1, 2 * block, 3*block + 5} {
		src, dst := make([]int64, n), make([]int64, n+1)
		for i := range src {
			src[i] = r.Int64()
		}
		dst[n] = 77
		if copyBlocks(dst, src); !slices.Equal(dst[:n], src) || dst[n] != 77 {
			t.Errorf("%d elements are not what was copied, or more were written", n)
		}
	}
}
