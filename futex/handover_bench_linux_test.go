package futex_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// passer plays one side of a pair that passes a token to and fro, until it is
// killed: it takes from one semaphore and gives to the other.
var passer = reexec.Register("passer", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	tokens := testmem.Map(c, c.File(1), tokensSize)
	pair, _ := strconv.Atoi(c.Args[0])
	side, _ := strconv.Atoi(c.Args[1])
	from, to := token(tokens, 2*pair+side), token(tokens, 2*pair+1-side)
	c.Say("ready")
	for {
		if from.Acquire(bg, m) != nil {
			c.Fatalf("a token was lost")
		}
		if side == 0 {
			*s.counter(pair)++
		}
		_ = to.Release(m, 1)
	}
})

// token is one of the semaphores in a memory of their own.
func token(mem []byte, i int) *futex.Semaphore { return view[futex.Semaphore](mem[1024*i:]) }

const tokensSize = 4 * 1024

// Pairs of processes that hand a token over: one pair has a CPU for each side, two
// pairs have not.
func BenchmarkHandover(b *testing.B) {
	for _, pairs := range []int{1, 2} {
		b.Run(fmt.Sprintf("pairs=%d", pairs), func(b *testing.B) {
			s := newSegment(b)
			tokens, file := testmem.Shared(b, tokensSize)
			m := s.join(b)
			var ps []*reexec.Proc
			for pair := range pairs {
				for side := range 2 {
					p := reexec.Start(b, passer, reexec.Options{
						Files: append(s.files(), file), Args: []string{strconv.Itoa(pair), strconv.Itoa(side)},
					})
					p.Expect("ready")
					ps = append(ps, p)
				}
				if err := token(tokens, 2*pair).Release(m, 1); err != nil {
					b.Fatal(err)
				}
			}
			passed := func() (n uint64) {
				for pair := range pairs {
					n += *s.counter(pair)
				}
				return n
			}
			before := passed()
			for b.Loop() {
				until := passed() + 1000
				for passed() < until {
					time.Sleep(time.Millisecond)
				}
			}
			b.ReportMetric(float64(passed()-before)/b.Elapsed().Seconds()/1e3, "kround_trips/s")
			for _, p := range ps {
				p.Kill()
			}
		})
	}
}
