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

// The collector gets its turn many times while one call runs: without safepoints it
// would wait for the end.
func TestGemmLetsTheCollectorRun(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 8))
	onEachLevel(t, func(t *testing.T) {
		n := 700
		if active == levelGo {
			n = 350
		}
		a, b, c := random(r, n, n, false), random(r, n, n, true), random(r, n, n, false)
		began, done := make(chan struct{}), make(chan struct{})
		go func() {
			close(began)
			for range 5 {
				Gemm(c, 1, a, b, 0)
			}
			close(done)
		}()
		<-began
		stops := 0
		var stats runtime.MemStats
		for running := true; running; stops++ {
			runtime.ReadMemStats(&stats) // stops the world
			select {
			case <-done:
				running = false
			default:
				runtime.Gosched()
			}
		}
		t.Logf("the world stopped %d times", stops)
		if stops < 20 {
			t.Errorf("the world stopped %d times during 5 products", stops)
		}
	})
}
