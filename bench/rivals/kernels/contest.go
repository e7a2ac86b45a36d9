package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// A work does an operation once for a system, whatever it has prepared, and then tells
// its result as one number.
type work struct {
	run    func()
	digest func() float64
}

// makers make the work of each system that knows an operation.
type makers map[string]func(in *input) work

// A contest is one case.
type contest struct {
	name, what string
	n          int // elements, or rows of a square matrix
	per        float64
	makers     makers
	long       bool // takes seconds: not measured unless it is asked for
}

// systems in the order in which they are measured.
var systems = []string{baseline, "vek", "arrow", "gonum", "c", "openblas"}

// operations are what is measured, and what each system does for it.
var operations = []struct {
	name, what string
	makers     makers
}{
	{"sum", "the sum", sums},
	{"dot", "the inner product of two", dots},
	{"min", "the least", mins},
	{"add", "x + y to another", adds},
	{"scale", "2.5*x to another", scales},
	{"sqrt", "the square root of each to another", sqrts},
	{"prefixsum", "the sums up to each", prefixSums},
	{"filter", "those of which a mask has a bit, half of them", filters},
}

func contests() (all []contest) {
	for _, op := range operations {
		for _, size := range []struct {
			name string
			n    int
		}{{"L1", 2048}, {"DRAM", 4 << 20}} {
			all = append(all, contest{op.name + "/" + size.name, op.what, size.n, float64(size.n), op.makers, false})
		}
	}
	for _, n := range []int{8, 16, 32, 48, 64, 100, 128, 256, 512, 1024, 2048} {
		all = append(all, contest{fmt.Sprintf("gemm/%d", n), "the product of two square matrices, by elements of the result", n, float64(n) * float64(n), gemms, n > 1024})
	}
	return all
}

// A sample is one measurement.
type sample struct {
	nsPerElem, digest float64
}

func (c contest) contest(o suite.Options[struct{}]) suite.Contest[*sample] {
	k := suite.Contest[*sample]{}
	k.Case = report.Case{Name: c.name, What: c.what, Work: o.Window(window).String(), Baseline: baseline, Rounds: o.Reps, Warmups: 1}
	works, in := map[string]work{}, newInput(c)
	for _, system := range systems {
		if c.makers[system] != nil && o.Asked(system) {
			k.Systems = append(k.Systems, system)
		}
	}
	of := func(system string) work {
		if works[system].run == nil {
			works[system] = c.makers[system](in)
		}
		return works[system]
	}
	k.Measure = func(_ context.Context, system string, part float64) (*sample, error) {
		s := c.measure(of(system), time.Duration(part*float64(o.Window(window))))
		return s, c.check(s, of(baseline))
	}
	k.Falsify = func(s *sample) error {
		s.digest++
		return c.check(s, of(baseline))
	}
	k.Figures = func(k *suite.Contest[*sample], all suite.Rounds[*sample]) []report.Measurement {
		return reading.Medians(k, all, []string{perElem})
	}
	return k
}

var reading = suite.Reading[*sample]{
	Suite: name,
	Unit:  func(string) string { return "ns" },
	Value: func(s *sample, _ string) float64 { return s.nsPerElem },
}

// measure does the work again and again for about a window.
func (c contest) measure(w work, window time.Duration) *sample {
	calls, took := 0, time.Duration(0)
	for n := 1; took < window; n *= 2 {
		begin := time.Now()
		for range n {
			w.run()
		}
		took += time.Since(begin)
		calls += n
	}
	return &sample{float64(took.Nanoseconds()) / float64(calls) / c.per, w.digest()}
}

// check compares a result with ours: sums may be rounded in another order.
func (c contest) check(s *sample, ours work) error {
	ours.run()
	want := ours.digest()
	if math.Abs(s.digest-want) > 1e-9*math.Abs(want) {
		return fmt.Errorf("%w: %v, ours has %v", report.ErrWrong, s.digest, want)
	}
	return nil
}
