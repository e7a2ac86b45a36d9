package advise

import (
	"context"
	"errors"
	"sync/atomic"
	"time"
)

// A job is work of some shape over words of 8 bytes.
type job struct {
	data []uint64
	part int // words of a partition
	task
}

// task is what is done with each partition. It has no pointers: it goes to workers as it is.
type task struct {
	Turns  uint64 // of burn
	WaitNs int64
	Seed   uint64
	Risk   uint64 // a crash comes if a hash is below it
	Read   uint32 // whether the words are read
	_      uint32
}

func (j *job) parts() int { return (len(j.data) + j.part - 1) / j.part }

func (j *job) slice(i int) []uint64 { return j.data[i*j.part : min((i+1)*j.part, len(j.data))] }

// A way runs jobs, and returns the sum of what do returns.
type way interface {
	run(ctx context.Context, j *job) (uint64, error)
	close() error
}

// do does one partition: it reads it, computes and waits, or kills the process in the middle.
func (t *task) do(i, attempt int, part []uint64) uint64 {
	sum := uint64(len(part))
	if t.Read != 0 {
		sum += add(part)
	}
	turns := t.Turns
	crash := t.crashes(i, attempt)
	if crash {
		turns /= 2
	}
	if burn(turns) == 0 {
		sum++ // never: what burn returns is odd. It is here for the compiler.
	}
	if crash {
		die()
	}
	if t.WaitNs > 0 {
		time.Sleep(time.Duration(t.WaitNs))
	}
	return sum
}

// crashes tells whether an attempt at a partition kills its process: the same for the same
// seed, whatever runs it.
func (t *task) crashes(i, attempt int) bool {
	return t.Risk > 0 && mix(t.Seed^mix(uint64(i)<<20^uint64(attempt))) < t.Risk
}

// threshold is what hashes are below with some chance.
//
// Preconditions:
//   - risk < 1.
func threshold(risk float64) uint64 { return uint64(risk * (1 << 64)) }

// mix is a hash of a word: SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// add is the sum of words, with four additions under way at once.
func add(x []uint64) (sum uint64) {
	var s [4]uint64
	for ; len(x) >= 4; x = x[4:] {
		s[0] += x[0]
		s[1] += x[1]
		s[2] += x[2]
		s[3] += x[3]
	}
	for _, v := range x {
		sum += v
	}
	return sum + s[0] + s[1] + s[2] + s[3]
}

// burn computes for some turns, each of which waits for the one before.
//
//go:noinline
func burn(turns uint64) uint64 {
	x := uint64(1)
	for range turns {
		x = x*6364136223846793005 + 2 // stays odd
	}
	return x
}

// want is the sum that a job must give.
func (j *job) want() uint64 {
	sum := uint64(len(j.data))
	if j.Read != 0 {
		sum += add(j.data)
	}
	return sum
}

// inProcess runs partitions on goroutines of this process.
type inProcess struct{ workers int }

func (g inProcess) close() error { return nil }

func (g inProcess) run(ctx context.Context, j *job) (uint64, error) { return g.attempt(ctx, j, 0) }

// attempt is a run of which there were some before in processes that died.
func (g inProcess) attempt(ctx context.Context, j *job, attempt int) (uint64, error) {
	n := j.parts()
	if g.workers == 1 {
		sum := uint64(0)
		for i := 0; i < n && ctx.Err() == nil; i++ {
			sum += j.do(i, attempt, j.slice(i))
		}
		return sum, ctx.Err()
	}
	var next atomic.Int64
	sums := make(chan uint64, g.workers)
	for range g.workers {
		go func() {
			sum := uint64(0)
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					break
				}
				sum += j.do(i, attempt, j.slice(i))
			}
			sums <- sum
		}()
	}
	total := uint64(0)
	for range g.workers {
		total += <-sums
	}
	return total, ctx.Err()
}

var errSum = errors.New("a wrong sum")
