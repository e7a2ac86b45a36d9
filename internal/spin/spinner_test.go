package spin

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// run counts the steps of one wait and how long it took.
func run(t *testing.T) (steps int, took time.Duration) {
	t.Helper()
	var s Spinner
	begin := time.Now()
	for s.Next() {
		if steps++; steps > 1_000_000 {
			t.Fatal("the spinner does not end")
		}
	}
	return steps, time.Since(begin)
}

func TestSpinnerBurnsForTheWindow(t *testing.T) {
	if singleCPU {
		t.Skip("one CPU: every wait yields")
	}
	var steps int
	var took time.Duration
	for noticed := true; noticed; noticed = crowdedUntil.Load() != 0 { // others may be at work: until it is quiet for once
		crowdedUntil.Store(0)
		steps, took = run(t)
	}
	if took < Window {
		t.Errorf("a wait of %d steps ended after %v, want %v at least", steps, took, Window)
	}
}

func TestSpinnerYieldsWhenCrowded(t *testing.T) {
	SetCrowded(true)
	defer SetCrowded(false)
	if !Crowded() {
		t.Fatal("Crowded() = false after SetCrowded(true)")
	}
	steps, took := run(t)
	if steps > warmSteps+yields || steps < warmSteps+yields && took < yieldWindow {
		t.Errorf("a crowded wait took %d steps and %v, want %d steps or %v", steps, took, warmSteps+yields, yieldWindow)
	}
}

func TestSpinnerReset(t *testing.T) {
	SetCrowded(true)
	defer SetCrowded(false)
	var s Spinner
	for s.Next() {
	}
	s.Reset()
	if !s.Next() {
		t.Error("Next() = false right after Reset")
	}
	if s.Reset(); s != (Spinner{}) {
		t.Error("a reset spinner is not the zero value")
	}
}

func TestSpinnerDoesNotAllocate(t *testing.T) {
	got := testing.AllocsPerRun(10, func() {
		var s Spinner
		for s.Next() {
		}
	})
	if got != 0 {
		t.Errorf("%v allocations a wait, want 0", got)
	}
}

// Of a crowd of goroutines that wait at once only a few burn.
func TestACrowdOfSpinnersParks(t *testing.T) {
	waiting.Add(maxWaiting)
	defer waiting.Add(-maxWaiting)
	if steps, _ := run(t); steps != warmSteps {
		t.Errorf("a wait beside a crowd took %d steps, want %d", steps, warmSteps)
	}
}

func TestPauseZero(t *testing.T) {
	Pause(0) // must not run 2^32 rounds
}

// With one P the peer is a goroutine that needs the P of the one that spins.
func TestSpinnerLetsGoroutinesRunOnOneP(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var turn atomic.Uint32
	const rounds = 2000
	player := func(me uint32) {
		for range rounds {
			var s Spinner
			for turn.Load() != me {
				if !s.Next() {
					runtime.Gosched()
					s.Reset()
				}
			}
			turn.Store(1 - me)
		}
	}
	done := make(chan struct{})
	go func() { player(1); close(done) }()
	player(0)
	<-done
}

// A loop around Pause must be stoppable: Checkpoint is where. The collector
// stops the world several times while every P but one runs such a loop.
func TestCollectorStopsASpinningGoroutine(t *testing.T) {
	var stop atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !stop.Load() {
			Pause(64)
			Checkpoint()
		}
	}()
	for range 5 {
		runtime.GC()
	}
	stop.Store(true)
	<-done
}

func BenchmarkPause64(b *testing.B) {
	for b.Loop() {
		Pause(64)
	}
}

func BenchmarkCheckpoint(b *testing.B) {
	for b.Loop() {
		Checkpoint()
	}
}

func BenchmarkOSYield(b *testing.B) {
	for b.Loop() {
		OSYield()
	}
}
