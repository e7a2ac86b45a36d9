package dispatch

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

// The closed forms are the sums that they stand for.
func TestSums(t *testing.T) {
	for _, n := range []uint64{0, 1, 2, 7, 1000, 1001, 2500} {
		tasks, numbers := uint64(0), 0.0
		for i := range n {
			tasks += triple(i)
			numbers += valueAt(int(i))
		}
		if tripled(n) != tasks || arraySum(int(n)) != uint64(numbers) {
			t.Errorf("%d: %d and %d, want %d and %v", n, tripled(n), arraySum(int(n)), tasks, numbers)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, s := range []sample{
		{job: job{kind: kindRoundtrip}, ops: 3, sum: 3*3 + 3},
		{job: job{kind: kindForkJoin}, ops: 2, sum: 3*6 + 4},
		{job: job{kind: kindSum}, ops: 2, bytes: 24, sum: 6},
	} {
		if err := s.check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
		if s.sum++; !errors.Is(s.check(), report.ErrWrong) {
			t.Errorf("%+v is taken", s)
		}
	}
	if err := (&sample{}).check(); !errors.Is(err, report.ErrWrong) {
		t.Error("nothing was done, and that is taken")
	}
}
