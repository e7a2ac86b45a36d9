package kernels

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

func TestGemmDoesNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	r := rand.New(rand.NewPCG(41, 7))
	a, b, c := random(r, 90, 300, true), random(r, 300, 90, false), random(r, 90, 90, true)
	x, y := make([]float64, 300), make([]float64, 90)
	onEachLevel(t, func(t *testing.T) {
		if allocs := testing.AllocsPerRun(5, func() { Gemm(c, 1, a, b, 0); Gemm(c, 1, a.Part(0, 0, 90, 9), b.Part(0, 0, 9, 90), 1) }); allocs != 0 {
			t.Errorf("Gemm allocates %v times", allocs)
		}
		if allocs := testing.AllocsPerRun(5, func() { Gemv(y, 1, a, x, 0); Gemv(x, 1, a.T(), y, 0) }); allocs != 0 {
			t.Errorf("Gemv allocates %v times", allocs)
		}
	})
}

// The world can be stopped many times while one block is multiplied: without safepoints
// it waits for the end, but for the few stops that fall between two tiles by chance.
func TestGemmLetsTheCollectorRun(t *testing.T) {
	const rows, k, enough = 32 * gemmRows, gemmDepth, 8
	r := rand.New(rand.NewPCG(41, 8))
	a, b, c := random(r, rows, k, true), random(r, k, gemmCols, false), random(r, rows, gemmCols, false)
	onEachLevel(t, func(t *testing.T) {
		g := gemmBuffer{make([]float64, rows*k), make([]float64, gemmCols*k)}
		gemmPack(g.left, gemmTiles[active].rows, a.T())
		gemmPack(g.right, gemmTiles[active].cols, b)
		part := c
		if active == levelGo {
			part = c.Part(0, 0, 4*gemmRows, gemmCols) // it takes as long
		}
		stops := stopsWithin(enough, func() { g.block(part, 1, 0, k) })
		if stops < enough {
			t.Errorf("the world stopped %d times at most while a block was multiplied", stops)
		}
	})
}
