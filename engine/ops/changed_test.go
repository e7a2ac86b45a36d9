package ops

import (
	"errors"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/shmarena"
)

// A column that has other elements than were counted is an error, and nothing outside a
// bucket's own room is written.
func TestGatherNoticesChange(t *testing.T) {
	a, err := shmarena.Create(shmarena.Options{Size: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	x, err := shmarena.CopyIn(a, []float64{5, 1, 4, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	p, err := shmarena.CopyIn(a, []float64{3})
	if err != nil {
		t.Fatal(err)
	}
	b := buckets{X: x, Pivots: p}
	room := make([]float64, 8)
	for n, want := range map[int]error{1: ErrChanged, 2: nil, 3: ErrChanged} {
		clear(room)
		if err := b.sieve(0).gather(room[:n:n], nil); !errors.Is(err, want) {
			t.Errorf("room for %d of 2: %v", n, err)
		}
		if !slices.Equal(room[n:], make([]float64, 8-n)) {
			t.Errorf("room for %d of 2: %v", n, room)
		}
	}
	places := make([]int64, 3)
	if err := b.sieve(1).gather(room[:3], places); err != nil || !slices.Equal(places, []int64{0, 2, 4}) {
		t.Errorf("%v, %v", places, err)
	}
	if err := b.sieve(1).gather(room[:3], places[:2]); !errors.Is(err, ErrChanged) {
		t.Errorf("fewer places than elements: %v", err)
	}
}
