package engine

import (
	"testing"

	"github.com/shmengine/shmengine/shmarena"
)

// BenchmarkVerify is what a crash below Go costs before the next job: 1,000 blocks in an
// arena of 8 GiB.
func BenchmarkVerify(b *testing.B) {
	e := start(b, Config{Mode: Goroutines, Workers: 1, ArenaSize: 8 << 30})
	for range 1000 {
		if _, err := shmarena.Alloc[byte](e.Arena(), 64<<10); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := e.verify(); err != nil {
			b.Fatal(err)
		}
	}
}
