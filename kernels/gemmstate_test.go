package kernels

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
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
		g := gemmBuffer{left: make([]float64, rows*k), right: make([]float64, gemmCols*k)}
		turned := a.T()
		gemmPack(g.left, gemmTiles[active].rows, &turned)
		gemmPack(g.right, gemmTiles[active].cols, &b)
		part := c
		if active == levelGo {
			part = c.Part(0, 0, 4*gemmRows, gemmCols) // it takes as long
		}
		stops := stopsWithin(enough, func() { g.block(&part, 1, 0, k) })
		if stops < enough {
			t.Errorf("the world stopped %d times at most while a block was multiplied", stops)
		}
	})
}

// A long call lets others run many times, on one processor, however fast it is: without
// turns they would wait for the runtime to take the processor away, each 10 ms.
func TestLongProductsTakeTurns(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	shorterTurns(t)
	const n, enough = 1 << 24, 24
	x, y := make([]float64, n), make([]float64, n)
	row, column := Matrix{x, 1, n, n, false}, Matrix{x, n, 1, n, true}
	c, a, b := Matrix{y, 1024, 512, 512, false}, Matrix{x, 1024, 512, 512, false}, Matrix{x, 512, 512, 512, false}
	onEachLevel(t, func(t *testing.T) {
		for what, call := range map[string]func(){
			"Gemm":            func() { Gemm(c, 1, a, b, 0) },
			"Gemm of nothing": func() { Gemm(vector(y), 0, vector(x[:1]), row, 0) },
			"Gemv by rows":    func() { Gemv(y[:1], 1, row, x, 0) },
			"Gemv by columns": func() { Gemv(y, 1, column, x[:1], 1) },
		} {
			if turns := turnsOfOthers(call); turns < enough {
				t.Errorf("%s let another goroutine run %d times, not %d", what, turns, enough)
			}
		}
	})
}

// turnsOfOthers returns how often another goroutine ran during a call.
func turnsOfOthers(call func()) (turns int) {
	var stop atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !stop.Load() {
			turns++
			runtime.Gosched()
		}
	}()
	call()
	stop.Store(true)
	<-ended
	return turns
}
