package ops

import (
	"errors"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/engine"
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
	s := float64Splitter.sieve(buckets[float64]{X: x, Pivots: p})
	room := make([]float64, 8)
	for n, want := range map[int]error{1: ErrChanged, 2: nil, 3: ErrChanged} {
		clear(room)
		if err := s.gather(bin[float64]{values: room[:n:n]}, x.Slice(), 0); !errors.Is(err, want) {
			t.Errorf("room for %d of 2: %v", n, err)
		}
		if !slices.Equal(room[n:], make([]float64, 8-n)) {
			t.Errorf("room for %d of 2: %v", n, room)
		}
	}
	places := make([]int64, 3)
	if err := s.gather(bin[float64]{room[:3], places}, x.Slice(), 1); err != nil || !slices.Equal(places, []int64{0, 2, 4}) {
		t.Errorf("%v, %v", places, err)
	}
	if err := s.gather(bin[float64]{room[:3], places[:2]}, x.Slice(), 1); !errors.Is(err, ErrChanged) {
		t.Errorf("fewer places than elements: %v", err)
	}
	for n, want := range map[int]error{1: ErrChanged, 2: nil, 3: ErrChanged} {
		clear(room)
		err := s.scatter([]bin[float64]{{values: room[:n:n]}, {values: room[4:7]}}, x.Slice(), 0)
		if !errors.Is(err, want) || err == nil && !slices.Equal(room, []float64{1, 2, 0, 0, 5, 4, 3, 0}) {
			t.Errorf("room for %d of 2: %v, %v", n, err, room)
		}
	}
}

// Whoever sorts a bucket that another has begun to sort finds nothing of use there.
func TestSortBegunByTheDead(t *testing.T) {
	e, err := engine.Start(t.Context(), engine.Config{Mode: engine.Goroutines, Workers: 1, ArenaSize: 16 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	d := &desk{e: e}
	defer d.close(&err)
	a := sorting[float64]{}
	for to, x := range map[*floats][]float64{&a.X: {5, 1, 4, 2, 3}, &a.Pivots: {3}, &a.Values: {1, 1, 5, 5, 5}} {
		if *to, err = array[float64](d, x); err != nil {
			t.Fatal(err)
		}
	}
	for to, x := range map[*ints][]int64{&a.Ends: {2, 5}, &a.Begun: {1, 1}} {
		if *to, err = array[int64](d, x); err != nil {
			t.Fatal(err)
		}
	}
	if err := over(t.Context(), e, float64Sorter.sort, 2, a); err != nil || !slices.Equal(a.Values.Slice(), []float64{1, 2, 3, 4, 5}) {
		t.Errorf("%v, %v", a.Values.Slice(), err)
	}
}
