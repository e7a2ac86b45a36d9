package futex_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
)

// The books: line 0 holds the mutex and the total, lines 1 to bookkeepers what
// each of them has added. Under the mutex the total is the sum.
const bookkeepers = 4

// book adds one to the total and to line i, under the mutex, and repairs the
// books if their last keeper died while it wrote.
func (s *segment) book(m futex.Member, i int) error {
	if err := s.open(m); err != nil {
		return err
	}
	defer s.mutex(0).Unlock(m)
	if total, sum := *s.counter(0), s.sum(); total != sum {
		return fmt.Errorf("the total is %d and the sum %d", total, sum)
	}
	*s.counter(i)++
	*s.counter(0)++
	return nil
}

// open locks the books.
func (s *segment) open(m futex.Member) error {
	err := s.mutex(0).Lock(bg, m)
	if errors.Is(err, futex.ErrOwnerDied) {
		*s.counter(0) = s.sum()
		s.mutex(0).MarkConsistent(m)
		err = nil
	}
	return err
}

func (s *segment) sum() (sum uint64) {
	for i := range bookkeepers {
		sum += *s.counter(1 + i)
	}
	return sum
}

// bookkeeper keeps the books until it is killed, by two goroutines.
var bookkeeper = reexec.Register("bookkeeper", func(c *reexec.Child) {
	s := attach(c)
	m := s.join(c)
	_, _ = m.Reap()
	hookPoints(c)
	line, _ := strconv.Atoi(c.Args[0])
	c.Say("ready")
	work := func() {
		for {
			if err := s.book(m, line); err != nil {
				c.Fatalf("%v", err)
			}
		}
	}
	go work()
	work()
})

// untilWoken keeps the books locked until all keepers sleep, and returns when this
// one has been woken and stands still before it looks.
func (s *segment) untilWoken(t *testing.T, m *member.Member, p *reexec.Proc, staff int) {
	t.Helper()
	if err := s.open(m); err != nil {
		t.Fatal(err)
	}
	eventually(func() bool { return s.asleep(m, 0) == staff })
	p.Arm("woken") // now: one that stood still before would keep its process from sleeping
	s.mutex(0).Unlock(m)
	p.WaitAt("woken")
}

// Bookkeepers are killed at random moments, in the middle of anything, every third
// when it has been woken and has not looked yet, and replaced; those who are left
// must go on, and the books stay right.
func TestRandomKills(t *testing.T) { inBatches(t, 40, randomKills) }

// inBatches kills a few times; under stress 10,000 times, a thousand in each
// subtest, which gives the descriptors of its children back at its end.
func inBatches(t *testing.T, few int, kill func(t *testing.T, rng *rand.Rand, rounds int)) {
	for batch := range stress(1, 10) {
		t.Run(strconv.Itoa(batch), func(t *testing.T) {
			seed := uint64(time.Now().UnixNano())
			t.Logf("seed %d", seed)
			kill(t, rand.New(rand.NewPCG(seed, 0)), stress(few, 1000))
		})
	}
}

func randomKills(t *testing.T, rng *rand.Rand, rounds int) {
	s := newSegment(t)
	m := s.join(t)
	hire := func(i int) *reexec.Proc {
		return reexec.Start(t, bookkeeper, reexec.Options{Files: s.files(), Args: []string{strconv.Itoa(1 + i)}})
	}
	var staff [bookkeepers - 1]*reexec.Proc // the last line is this process's
	for i := range staff {
		staff[i] = hire(i)
		staff[i].Expect("ready")
	}
	for round := range rounds {
		i := rng.IntN(len(staff))
		if round%3 == 0 {
			s.untilWoken(t, m, staff[i], len(staff))
		} else {
			time.Sleep(time.Duration(rng.IntN(2_000_000)))
		}
		staff[i].Kill()
		before := *s.counter(0)
		if err := s.book(m, bookkeepers); err != nil { // those who are left do not hang
			t.Fatal(err)
		}
		eventually(func() bool { return *s.counter(0) > before+1 })
		staff[i] = hire(i)
		staff[i].Expect("ready")
	}
	t.Logf("%d kills, %d entries", rounds, *s.counter(0))
}
