//go:build amd64 && !purego

package kernels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

func TestGodebugTurnsLevelsOff(t *testing.T) {
	for godebug, want := range map[string]level{
		"":                                  levelAVX512 + 1,
		"cpu.avx512f=off":                   levelAVX512,
		"madvdontneed=1,cpu.avx512bw=off":   levelAVX512,
		"cpu.avx2=off":                      levelAVX2,
		"cpu.avx512f=off,cpu.avx2=off":      levelAVX2,
		"cpu.fma=off":                       levelAVX2,
		"cpu.all=off":                       levelAVX2,
		"cpu.avx2=on,cpu.sse41=off,gctrace": levelAVX512 + 1,
	} {
		if got := turnedOff(godebug); got != want {
			t.Errorf("GODEBUG=%s turns off level %d and up, want %d", godebug, got, want)
		}
	}
}

// Reductions of long slices touch what they read, before the end of a mapping too:
// that changes nothing in their results.
func TestTouchingChangesNothing(t *testing.T) {
	before := touchFrom
	defer func() { touchFrom = before }()
	memory := newPool(func(n int) []byte { return testmem.Guarded(t, n, testmem.End) }, mostRows)
	onEachLevel(t, func(t *testing.T) {
		for _, n := range lengths() {
			in := memory.atEnd(n)
			in.fill(rand.New(rand.NewPCG(uint64(n), 43)))
			for i := range kernelCases {
				touchFrom = math.MaxInt64
				want := kernelCases[i].run(in)
				touchFrom = 0
				for j, v := range kernelCases[i].run(in) {
					if math.Float64bits(v) != math.Float64bits(want[j]) {
						t.Fatalf("%s of %d rows: number %d is %v if it touches, else %v", kernelCases[i].name, n, j, v, want[j])
					}
				}
			}
		}
	})
}
