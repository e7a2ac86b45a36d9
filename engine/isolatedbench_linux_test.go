package engine

import (
	"testing"
	"time"
)

// BenchmarkIsolatedCall is one isolated call after the other; the process for each was
// started while those before ran: the rate is that of starts.
func BenchmarkIsolatedCall(b *testing.B) {
	e := start(b, Config{Workers: 1, Mode: Goroutines})
	x := share(b, e, randoms(1000))
	for _, c := range []struct {
		name string
		args isolatedArgs
	}{{"nothing", isolatedArgs{}}, {"array", isolatedArgs{What: "sum", X: InOf(x)}}, {"1MiB", isolatedArgs{What: "echo", Bytes: make([]byte, 1<<20)}}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := isolatedFunc.Isolated().Call(b.Context(), e, c.args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkIsolatedCallOfASpare is a call for which a process waits: there was time to
// start one since the last.
func BenchmarkIsolatedCallOfASpare(b *testing.B) {
	e := start(b, Config{Workers: 1, Mode: Goroutines})
	call := func() {
		if _, err := isolatedFunc.Isolated().Call(b.Context(), e, isolatedArgs{}); err != nil {
			b.Fatal(err)
		}
	}
	call()
	for b.Loop() {
		b.StopTimer()
		time.Sleep(20 * time.Millisecond) // a spare starts, and sleeps
		b.StartTimer()
		call()
	}
}
