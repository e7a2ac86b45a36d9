package kernels

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// tableSizes are numbers of keys whose tables are about 30 KB, 3 MB and 300 MB.
var tableSizes = []int{1000, 100_000, 10_000_000}

// lookups returns n keys, of which so many percent are among the even numbers
// below 2*size: those that are in the table.
func lookups(n, size, percent int) []int64 {
	r := rand.New(rand.NewPCG(9, 9))
	return filled(n, func(int) int64 {
		k := 2 * r.Int64N(int64(size))
		if r.IntN(100) >= percent {
			k++
		}
		return scattered(k)
	})
}

// scattered makes keys that are not next to each other.
func scattered(k int64) int64 { return k * 0x2545F4914F6CDD1D }

func perKey(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/key")
}

// BenchmarkTable has a Go map beside each operation; both are made before the
// clock runs, but for Encode, which begins with an empty one (the map was made
// with room for all keys).
func BenchmarkTable(b *testing.B) {
	for _, size := range tableSizes {
		keys := filled(size, func(i int) int64 { return scattered(2 * int64(i)) })
		rand.New(rand.NewPCG(9, 10)).Shuffle(size, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		codes := make([]uint32, max(size, 1<<20))
		table := tableOf(b, size)
		b.Run(fmt.Sprintf("Encode/keys=%d/map", size), func(b *testing.B) {
			for b.Loop() {
				encodeMap(make(map[int64]uint32, size), codes, keys)
			}
			perKey(b, size)
		})
		for l := range best() + 1 {
			b.Run(fmt.Sprintf("Encode/keys=%d/%s", size, l), func(b *testing.B) {
				use(b, l)
				for b.Loop() {
					table.Reset(1)
					mustEncode(b, table, codes[:size], keys)
				}
				perKey(b, size)
			})
		}
		table.Reset(1)
		mustEncode(b, table, codes[:size], keys)
		m := make(map[int64]uint32, size)
		encodeMap(m, codes, keys)
		benchFind(b, table, m, codes)
	}
}

func benchFind(b *testing.B, table Table, m map[int64]uint32, codes []uint32) {
	const n = 1 << 20
	for _, percent := range []int{0, 50, 100} {
		probes := lookups(n, len(m), percent)
		name := fmt.Sprintf("Find/keys=%d/hits=%d%%/", len(m), percent)
		b.Run(name+"map", func(b *testing.B) {
			for b.Loop() {
				for i, k := range probes {
					c, ok := m[k]
					if !ok {
						c = NoCode
					}
					codes[i] = c
				}
			}
			perKey(b, n)
		})
		for l := range best() + 1 {
			b.Run(name+l.String(), func(b *testing.B) {
				use(b, l)
				for b.Loop() {
					table.Find(codes[:n], probes)
				}
				perKey(b, n)
			})
		}
	}
}

func encodeMap(m map[int64]uint32, codes []uint32, keys []int64) {
	for i, k := range keys {
		c, ok := m[k]
		if !ok {
			c = uint32(len(m))
			m[k] = c
		}
		codes[i] = c
	}
}

func mustEncode(tb testing.TB, t Table, codes []uint32, keys []int64) {
	tb.Helper()
	if _, err := t.Encode(codes, keys); err != nil {
		tb.Fatal(err)
	}
}

func BenchmarkHash(b *testing.B) {
	bench(b, 16, func(in *input) { HashInt64(wordsOf(in.outs), in.x, 1) }, nil)
}

// BenchmarkStopsDuringEncode is how long the world takes to stop while ten million
// keys are encoded on another thread, and how long it took at most.
func BenchmarkStopsDuringEncode(b *testing.B) {
	const size = 10_000_000
	keys, codes := filled(size, func(i int) int64 { return scattered(int64(i)) }), make([]uint32, size)
	table := tableOf(b, size)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				table.Reset(1)
				mustEncode(b, table, codes, keys)
			}
		}
	}()
	var longest time.Duration
	var stats runtime.MemStats
	for b.Loop() {
		began := time.Now()
		runtime.ReadMemStats(&stats) // stops the world
		longest = max(longest, time.Since(began))
	}
	close(stop)
	<-done
	b.ReportMetric(float64(longest.Microseconds()), "us/longest")
}
