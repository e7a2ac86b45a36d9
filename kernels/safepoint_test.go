package kernels

import (
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// shortReductions are loops around kernels on one block, whose only safepoint is
// how they begin. None is called through a function of its own, which would have
// one.
func shortReductions() []func(stop *atomic.Bool) {
	const n = 16
	x, y, ix := make([]float64, n), make([]float64, n), make([]int64, n)
	return []func(*atomic.Bool){
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Sum(x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Dot(x, y)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				SumInt64(ix)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				MinMax(x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				MomentsOf(x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Count(x, Less, 1)
			}
		},
	}
}

// shortMappings are such loops around kernels that write.
func shortMappings() []func(stop *atomic.Bool) {
	const n = 16
	x, y, dst := make([]float64, n), make([]float64, n), make([]float64, n)
	return []func(*atomic.Bool){
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Add(dst, x, y)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Scale(dst, 2, x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				FMA(dst, x, y, x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Axpy(dst, 2, x, y)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				Exp(dst, x)
			}
		},
		func(stop *atomic.Bool) {
			for !stop.Load() {
				PrefixSum(dst, x, 0)
			}
		},
	}
}

// In loopers the runtime cannot interrupt a loop: what is called must let it.
var loopers = reexec.Register("kernels/loopers", func(c *reexec.Child) {
	for _, f := range append(shortReductions(), shortMappings()...) {
		var stop atomic.Bool
		began, done := make(chan struct{}), make(chan struct{})
		go func() {
			close(began)
			f(&stop)
			close(done)
		}()
		<-began
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats) // stops the world
		stop.Store(true)
		<-done
	}
	c.Say("stopped")
})

// A loop that does nothing but call kernels on little data lets the world be
// stopped, without signals. A child that cannot be stopped is killed, and fails
// the test, after reexec's patience.
func TestShortCallsAreSafepoints(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("who stops the world has to run while another one loops")
	}
	p := reexec.Start(t, loopers, reexec.Options{Env: []string{"GODEBUG=asyncpreemptoff=1"}})
	p.Expect("stopped")
	p.Wait()
}

// stopsWithin returns how often the world was stopped within one call of f: the
// most of several calls, since who stops it may be kept from running during any
// of them. It ends at the first call with enough.
func stopsWithin(enough int, f func()) (most int) {
	for range 200 {
		if most = max(most, stopsOf(f, enough)); most >= enough {
			break
		}
	}
	return most
}

// stopsOf calls f and returns how often the world was stopped before its end.
func stopsOf(f func(), enough int) (stops int) {
	began, done := make(chan struct{}), make(chan struct{})
	go func() {
		close(began)
		f()
		close(done) // received from twice
	}()
	<-began
	var stats runtime.MemStats
	for stops < enough {
		runtime.ReadMemStats(&stats) // stops the world
		select {
		case <-done:
			return stops
		default:
			stops++
			runtime.Gosched()
		}
	}
	<-done
	return stops
}
