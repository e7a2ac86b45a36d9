package shmarena

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// BenchmarkPair allocates and frees a block in turn. Ten blocks are live beside it.
func BenchmarkPair(b *testing.B) {
	for _, size := range []int{64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := newArena(b, 64<<20)
			for range 10 {
				mustAlloc[byte](b, a, size)
			}
			b.ReportAllocs()
			for b.Loop() {
				x, err := Alloc[byte](a, size)
				if err != nil || x.Free() != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPairMany has 1,000 blocks live, of which it frees the oldest and
// allocates one: the block that is taken is not in the nearest cache.
func BenchmarkPairMany(b *testing.B) {
	for _, size := range []int{64, 4 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := newArena(b, 64<<20)
			var live [1000]Array[byte]
			for i := range live {
				live[i] = mustAlloc[byte](b, a, size)
			}
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				err := live[i].Free()
				if err == nil {
					live[i], err = Alloc[byte](a, size)
				}
				if err != nil {
					b.Fatal(err)
				}
				i = (i + 1) % len(live)
			}
		})
	}
}

// pairing makes pairs for a number of milliseconds and says how many.
var pairing = reexec.Register("pairing", func(c *reexec.Child) {
	a := childArena(c)
	size, _ := strconv.Atoi(c.Args[1])
	c.Say("ready")
	for {
		ms, err := strconv.Atoi(c.Hear())
		if err != nil || ms == 0 {
			return
		}
		c.Say(strconv.Itoa(pairsFor(a, size, time.Duration(ms)*time.Millisecond)))
	}
})

func pairsFor(a *Arena, size int, d time.Duration) (n int) {
	for begin := time.Now(); time.Since(begin) < d; {
		for range 1000 {
			x, err := Alloc[byte](a, size)
			if err != nil || x.Free() != nil {
				return 0
			}
		}
		n += 1000
	}
	return n
}

// BenchmarkTwoProcesses measures a pair while another process does the same, and
// while none does, in turn. An iteration is 50 ms of each.
func BenchmarkTwoProcesses(b *testing.B) {
	const ms = 50
	for _, size := range []int{64, 4 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := named(b, "two", 64<<20)
			p := reexec.Start(b, pairing, reexec.Options{Args: []string{a.Name(), strconv.Itoa(size)}, Timeout: time.Minute})
			p.Expect("ready")
			one, two, other := 0, 0, 0
			rounds := 0
			for b.Loop() {
				one += pairsFor(a, size, ms*time.Millisecond)
				p.Say(strconv.Itoa(ms))
				two += pairsFor(a, size, ms*time.Millisecond)
				n, _ := strconv.Atoi(p.Hear())
				other += n
				rounds++
			}
			p.Say("0")
			p.Wait()
			total := float64(rounds) * ms * 1e6
			b.ReportMetric(total/float64(one), "ns/pair-alone")
			b.ReportMetric(total/float64(two), "ns/pair-both")
			b.ReportMetric(total/float64(other), "ns/pair-other")
			b.ReportMetric(float64(one)/float64(two), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// freeing frees what it finds in the words of an array of references, in order.
var freeing = reexec.Register("freeing", func(c *reexec.Child) {
	a := childArena(c)
	ring, err := Lookup[Array[byte]](a, "ring")
	if err != nil {
		c.Fatalf("%v", err)
	}
	flags, err := Lookup[uint64](a, "flags")
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("ready")
	freeAll(a, ring.Slice(), newFlags(a, flags))
	c.Say("done")
})

// BenchmarkCrossFree has one process allocate and another one free: the arrays
// go through a ring of 256. Both run on a CPU of their own if there are two.
func BenchmarkCrossFree(b *testing.B) {
	for _, size := range []int{64, 4 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			a := named(b, "cross", 64<<20)
			ring := mustAlloc[Array[byte]](b, a, crossSlots)
			flags := mustAlloc[uint64](b, a, crossFlags)
			if err := a.Publish("ring", ring); err != nil {
				b.Fatal(err)
			}
			if err := a.Publish("flags", flags); err != nil {
				b.Fatal(err)
			}
			p := reexec.Start(b, freeing, reexec.Options{Args: []string{a.Name()}, Timeout: time.Minute})
			p.Expect("ready")
			s, f := ring.Slice(), newFlags(a, flags)
			i := uint64(0)
			for b.Loop() {
				f.awaitRoom(i)
				x, err := Alloc[byte](a, size)
				if err != nil {
					b.Fatal(err)
				}
				s[i%crossSlots] = x
				f.put(i)
				i++
			}
			f.end(i)
			p.Expect("done")
			p.Wait()
		})
	}
}

// BenchmarkParallel has the goroutines of one process make pairs at once.
func BenchmarkParallel(b *testing.B) {
	a := newArena(b, 64<<20)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			x, err := Alloc[byte](a, 64)
			if err != nil || x.Free() != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkCount reads the counters of an arena with 64 MiB of small blocks, and
// sweeps a member that left nothing.
func BenchmarkCount(b *testing.B) {
	a := newArena(b, 80<<20)
	for range 1024 * tableBlocks {
		if _, err := Alloc[byte](a, 64); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("stats", func(b *testing.B) {
		for b.Loop() {
			sink += int(a.Stats().InUse)
		}
	})
	b.Run("sweep", func(b *testing.B) {
		for b.Loop() {
			if err := a.at.heap.sweep(a.Member().ID() + 2<<20); err != nil {
				b.Fatal(err)
			}
		}
	})
}
