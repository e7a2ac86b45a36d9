package engine

import (
	"errors"
	"slices"
	"testing"
)

// poisonMapper dies at a negative number.
var poisonMapper = NewMapper("test/poison", func(_ *Task, out, in []float64, _ int64) error {
	for i, x := range in {
		if x < 0 {
			dieNow()
		}
		out[i] = 2 * x
	}
	return nil
})

// poisonInPlace doubles in place, and dies at a negative number when it has begun.
var poisonInPlace = NewKernel("test/poison/inplace", Idempotent, func(t *Task, a inPlace) error {
	x := a.X.Part(t)
	for i := range x {
		x[i] *= 2
	}
	for i := range x {
		if x[i] < 0 {
			dieNow()
		}
	}
	return nil
})

var poisonSum = NewReducer("test/poison/sum", 0.0, func(_ *Task, part []float64) (float64, error) {
	s := 0.0
	for _, x := range part {
		if x < 0 {
			dieNow()
		}
		s += x
	}
	return s, nil
}, func(a, b float64) float64 { return a + b })

// wholeMapper dies of a whole leaf, and of no piece of one.
var wholeMapper = NewMapper("test/poison/whole", func(t *Task, out, in []float64, part int64) error {
	if int64(t.Partition()) == part && t.Len() == LeafRows {
		dieNow()
	}
	copy(out, in)
	return nil
})

var wholeSum = NewReducer("test/poison/wholesum", 0.0, func(t *Task, part []float64) (float64, error) {
	if t.Partition() == 1 && t.Len() == LeafRows {
		dieNow()
	}
	return float64(len(part)), nil
}, func(a, b float64) float64 { return a + b })

// withBad is n numbers, negative at the given rows, and these as they are to be named.
func withBad(n int, bad ...int) (data []float64, rows []Rows) {
	data = make([]float64, n)
	for i := range data {
		data[i] = float64(i + 1)
	}
	e := &PoisonedError{}
	for _, i := range bad {
		data[i] = -data[i]
		e.add(Rows{i, i + 1})
	}
	return data, e.Rows
}

func poisoned(t *testing.T, err error, want []Rows, most int) *PoisonedError {
	t.Helper()
	var pe *PoisonedError
	var we *WorkerError
	if !errors.As(err, &pe) || !errors.Is(err, ErrPoisoned) || !errors.As(err, &we) {
		t.Fatalf("%v", err)
	}
	if !slices.Equal(pe.Rows, want) || !pe.Exact || pe.Deaths > most || we.ExitCode != -9 {
		t.Errorf("rows %v, exact %v, %d deaths; want %v, at most %d", pe.Rows, pe.Exact, pe.Deaths, want, most)
	}
	return pe
}

func TestRowsThatKillAreNamed(t *testing.T) {
	const retries = 1
	e := start(t, Config{Workers: 2, Retries: retries})
	n := 5*LeafRows + 1
	for _, bad := range [][]int{{0}, {n - 1}, {LeafRows - 1, LeafRows}, {70_000}, {70_000, 70_001, 75_000}, {5, 40_000, 100_000, 140_000}} {
		data, want := withBad(n, bad...)
		x, out := share(t, e, data), share(t, e, make([]float64, n))
		before := e.Stats().Deaths
		pe := poisoned(t, poisonMapper.Into(deadline(t, patience), e, out, x, 0), want, len(bad)*(retries+4))
		if d := int(e.Stats().Deaths - before); d != pe.Deaths {
			t.Errorf("%v: %d deaths, the error says %d", bad, d, pe.Deaths)
		}
		for i, y := range out.Slice() {
			if !slices.Contains(bad, i) && y != 2*data[i] {
				t.Fatalf("%v: row %d is %v, want %v", bad, i, y, 2*data[i])
			}
		}
	}
	data, _ := withBad(n)
	if y, err := poisonMapper.Run(t.Context(), e, share(t, e, data), 0); err != nil || y.Free() != nil {
		t.Errorf("the pool is broken: %v", err)
	}
}

// Rows that are changed in place are changed once; the bad ones not at all.
func TestRowsThatKillInPlace(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	bad := []int{100, LeafRows + 7, LeafRows + 8}
	data, want := withBad(3*LeafRows, bad...)
	x := share(t, e, data)
	poisoned(t, poisonInPlace.Run(deadline(t, patience), e, x.Len(), inPlace{InOutOf(x)}), want, len(bad)*5)
	for i, y := range x.Slice() {
		times := 2.0
		if slices.Contains(bad, i) {
			times = 1
		}
		if y != times*data[i] {
			t.Fatalf("row %d was %v, is %v", i, data[i], y)
		}
	}
}

func TestRowsThatKillAReducer(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	data, want := withBad(3*LeafRows, 40_000)
	s, err := poisonSum.Run(deadline(t, patience), e, share(t, e, data))
	if poisoned(t, err, want, 5); s != 0 {
		t.Errorf("the sum of rows that are not there is %v", s)
	}
}

func TestSlicesWithRowsThatKill(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	before := e.Arena().Stats().InUse
	data, want := withBad(LeafRows, 7)
	dst := make([]float64, len(data))
	dst[7] = 77
	poisoned(t, poisonMapper.Slices(deadline(t, patience), e, dst, data, 0), want, 5)
	for i, y := range dst {
		if i != 7 && y != 2*data[i] || i == 7 && y != 77 {
			t.Fatalf("row %d is %v", i, y)
		}
	}
	if y, err := poisonMapper.Run(deadline(t, patience), e, share(t, e, data), 0); !y.IsZero() || !errors.Is(err, ErrPoisoned) {
		t.Errorf("%v, %v", y, err)
	}
	if after := e.Arena().Stats().InUse; after != before+int64(8*len(data)) {
		t.Errorf("%d bytes in the arena, %d before", after, before)
	}
}

// A partition that kills as a whole and not in pieces is done; a reduction of it is not.
func TestHarmlessInPieces(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	data, _ := withBad(4 * LeafRows)
	x, out := share(t, e, data), share(t, e, make([]float64, len(data)))
	if err := wholeMapper.Into(deadline(t, patience), e, out, x, 2); err != nil || !slices.Equal(out.Slice(), data) {
		t.Errorf("%v", err)
	}
	_, err := wholeSum.Run(deadline(t, patience), e, x)
	var pe *PoisonedError
	if want := []Rows{{LeafRows, 2 * LeafRows}}; !errors.As(err, &pe) || pe.Exact || !slices.Equal(pe.Rows, want) {
		t.Errorf("%v", err)
	}
}

// What kills everywhere costs a number of workers, and no more.
func TestPoisonIsBounded(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 1})
	all := make([]int, LeafRows)
	for i := range all {
		all[i] = i + LeafRows
	}
	data, _ := withBad(3*LeafRows, all...)
	out := share(t, e, make([]float64, len(data)))
	err := poisonMapper.Into(deadline(t, patience), e, out, share(t, e, data), 0)
	var pe *PoisonedError
	if !errors.As(err, &pe) || pe.Exact || pe.Deaths > maxPoison+e.Workers() || pe.Deaths < maxPoison/2 {
		t.Fatalf("%v", err)
	}
	if want := []Rows{{LeafRows, 2 * LeafRows}}; !slices.Equal(pe.Rows, want) {
		t.Errorf("rows %v, want %v", pe.Rows, want)
	}
	wantText(t, err, "not all of which were tried alone")
}

// Without a retry nothing is cut.
func TestPoisonWithoutRetries(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: -1})
	data, _ := withBad(3*LeafRows, 5)
	_, err := poisonSum.Run(deadline(t, patience), e, share(t, e, data))
	var pe *PoisonedError
	if errors.As(err, &pe) || !errors.Is(err, ErrPoisoned) || e.Stats().Deaths != 1 {
		t.Errorf("%v, %+v", err, e.Stats())
	}
}

func TestPoisonedErrorText(t *testing.T) {
	e := &PoisonedError{Kernel: "k", Exact: true, Deaths: 3, First: &WorkerError{Kernel: "k"}}
	for i := range 10 {
		e.add(Rows{3 * i, 3*i + 1 + i%2})
	}
	wantText(t, e, "rows 0, 3 to 4, 6, 9 to 10, 12, 15 to 16, 18, 21 to 22 and 2 more runs of kernel k, after 3 deaths")
	var got []Rows
	(&PoisonedError{Rows: []Rows{{0, 2}, {5, 6}, {9, 10}}}).around(10, func(lo, hi int) { got = append(got, Rows{lo, hi}) })
	if want := []Rows{{2, 5}, {6, 9}}; !slices.Equal(got, want) {
		t.Errorf("around: %v, want %v", got, want)
	}
	got = nil
	(*PoisonedError)(nil).around(10, func(lo, hi int) { got = append(got, Rows{lo, hi}) })
	if want := []Rows{{0, 10}}; !slices.Equal(got, want) {
		t.Errorf("around nothing: %v", got)
	}
}

// Whatever is cut, its pieces are all of it, and fewer each time.
func TestCutCoversItsRows(t *testing.T) {
	for _, n := range []int{1, 2, 255, 256, 257, LeafRows, 2 * LeafRows, 2*LeafRows + 1, 1 << 24} {
		r := (&request{}).cut(Rows{100, 100 + n}, 3, 1, 0)
		at := 100
		for i := range r.parts {
			lo, hi := r.span(i)
			if lo != at || hi <= lo || hi-lo >= n && n > 1 {
				t.Fatalf("%d rows: piece %d is [%d, %d)", n, i, lo, hi)
			}
			at = hi
		}
		if at != 100+n || r.parts > pieces {
			t.Errorf("%d rows: %d pieces up to %d", n, r.parts, at)
		}
	}
}
