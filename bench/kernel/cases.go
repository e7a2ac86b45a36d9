package kernel

import (
	"fmt"
	"math"
	"slices"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Suite is the name of this suite in reports.
const Suite = "kernel"

// Names of the systems, as reports have them.
const (
	AVX512 = "avx512" // package kernels, on each of its levels
	AVX2   = "avx2"
	Go     = "go"
	Std    = "std"   // plain loops, and package slices
	Gonum  = "gonum" // its packages floats and stat
	C      = "c"     // a program of our own: by hand with AVX-512, else by the compiler
	Limit  = "limit" // the same operands, only moved
)

var systems = []string{AVX512, AVX2, Go, Std, Gonum, C, Limit}

// Systems returns the names of all systems.
func Systems() []string { return slices.Clone(systems) }

var baselines = []string{C, Std, Go}

// Metrics, in the order of the report.
const (
	nsPerElem = "ns_per_elem"
	bytesPerS = "bytes_per_s"
)

var metrics = []string{nsPerElem, bytesPerS}

// Types of elements.
const (
	float64s = "f64"
	int64s   = "i64"
)

// An operation is what a system can be asked for.
type operation struct {
	name  string // in cases
	does  string // in lines to workers
	types []string
	reads int // vectors of operands
	// writes is how many vectors are written, of those that count as operands.
	writes    int
	threshold float64 // of what is counted and selected, of numbers between 0 and 1
	gonum     bool    // it can do it
	bounded   bool    // by moving its operands
	slow      bool    // not measured from DRAM unless it is asked for
	exact     bool    // the same to the bit
	square    bool    // on matrices
	what      string
}

var both, onlyFloats = []string{float64s, int64s}, []string{float64s}

var operations = []operation{
	{name: "sum", does: "sum", types: both, reads: 1, gonum: true, bounded: true, what: "the sum"},
	{name: "dot", does: "dot", types: onlyFloats, reads: 2, gonum: true, bounded: true, what: "the inner product of two"},
	{name: "axpy", does: "axpy", types: onlyFloats, reads: 2, writes: 1, gonum: true, bounded: true, what: "a*x + y to another"},
	{name: "scale", does: "scale", types: onlyFloats, reads: 1, writes: 1, gonum: true, bounded: true, what: "a*x to another"},
	{name: "add", does: "add", types: both, reads: 2, writes: 1, gonum: true, bounded: true, what: "x + y to another"},
	{name: "minmax", does: "minmax", types: both, reads: 1, gonum: true, bounded: true, exact: true, what: "the least and the greatest"},
	{name: "argmin", does: "argmin", types: onlyFloats, reads: 1, gonum: true, bounded: true, exact: true, what: "the place of the least"},
	{name: "moments", does: "moments", types: onlyFloats, reads: 1, gonum: true, bounded: true, what: "mean and variance"},
	{name: "count", does: "count", types: both, reads: 1, gonum: true, bounded: true, exact: true, threshold: 0.5, what: "how many are above a number"},
	{name: "filter01", does: "filter", types: onlyFloats, reads: 1, writes: 1, bounded: true, exact: true, threshold: 0.99, what: "those above a number, 1 % of all"},
	{name: "filter10", does: "filter", types: onlyFloats, reads: 1, writes: 1, bounded: true, exact: true, threshold: 0.9, what: "those above a number, 10 % of all"},
	{name: "filter50", does: "filter", types: both, reads: 1, writes: 1, bounded: true, exact: true, threshold: 0.5, what: "those above a number, half of all"},
	{name: "filter90", does: "filter", types: onlyFloats, reads: 1, writes: 1, bounded: true, exact: true, threshold: 0.1, what: "those above a number, 90 % of all"},
	{name: "filter99", does: "filter", types: onlyFloats, reads: 1, writes: 1, bounded: true, exact: true, threshold: 0.01, what: "those above a number, 99 % of all"},
	{name: "prefixsum", does: "prefixsum", types: both, reads: 1, writes: 1, gonum: true, bounded: true, what: "all sums up to each"},
	{name: "exp", does: "exp", types: onlyFloats, reads: 1, writes: 1, bounded: true, what: "e to the power of each, within 1 ulp"},
	{name: "log", does: "log", types: onlyFloats, reads: 1, writes: 1, bounded: true, what: "the logarithm of each, within 1 ulp"},
	{name: "sqrt", does: "sqrt", types: onlyFloats, reads: 1, writes: 1, bounded: true, what: "the root of each"},
	{name: "hist", does: "hist", types: onlyFloats, reads: 1, exact: true, what: "how many are in each of 256 bins"},
	{name: "gemm", does: "gemm", types: onlyFloats, reads: 2, writes: 1, gonum: true, bounded: true, slow: true, square: true, what: "the product of two square matrices"},
	{name: "gather", does: "gather", types: onlyFloats, reads: 2, writes: 1, exact: true, slow: true, what: "elements by their places, in no order"},
	{name: "sort", does: "sort", types: both, reads: 1, writes: 1, exact: true, slow: true, what: "a copy, sorted"},
	{name: "argsort", does: "argsort", types: onlyFloats, reads: 1, writes: 1, gonum: true, exact: true, slow: true, what: "the places in sorted order"},
}

// A size is how much memory all operands take together.
type size struct {
	name  string
	bytes int
	often bool // measured unless something else is asked for
}

var sizes = []size{{"L1", 16 << 10, true}, {"L2", 512 << 10, false}, {"L3", 8 << 20, false}, {"DRAM", 128 << 20, true}}

// A contest is one thing that is measured.
type contest struct {
	operation
	size
	typ     string
	systems []string
}

// name is the case's.
func (c contest) name() string { return fmt.Sprintf("%s/%s/%s", c.operation.name, c.typ, c.size.name) }

// vectors is how many vectors are moved.
func (c contest) vectors() int { return c.reads + c.writes }

// elems is how many elements each vector has: a multiple of 64.
func (c contest) elems() int {
	n := c.size.bytes / 8 / c.vectors()
	if c.square {
		return square(side(n) &^ 7)
	}
	return n &^ 63
}

func square(n int) int { return n * n }

// side is that of the largest square of at most n elements.
func side(n int) int { return int(math.Sqrt(float64(n))) }

// usual reports whether a case is measured if nothing is said.
func (c contest) usual() bool {
	return c.often && c.typ == float64s && !(c.slow && c.size.name == "DRAM")
}

// what is one line for people.
func (c contest) what() string {
	return fmt.Sprintf("%s, of %d elements: %d KiB in all", c.operation.what, c.elems(), c.elems()*c.vectors()*8>>10)
}

// moves names the limit of a case.
func (c contest) moves() string {
	if c.square {
		return "limit/fma"
	}
	if c.writes == 0 {
		return fmt.Sprintf("limit/r%d", c.reads)
	}
	return fmt.Sprintf("limit/r%dw%d", c.reads, c.writes)
}

// unfit says why a system has no part in a case; "" if it has.
func (c contest) unfit(system string) string {
	switch {
	case system == Gonum && c.typ != float64s:
		return "has no integers"
	case system == Gonum && !c.gonum:
		return "has no such operation"
	case c.square && c.size.name == "DRAM" && (system == Std || system == Go):
		return "a call takes many seconds"
	case system == Limit && !c.bounded:
		return "moving the operands is not what takes the time"
	}
	return ""
}

// contests returns all cases, with the systems that can do them.
func contests() (list []contest) {
	for _, o := range operations {
		for _, typ := range o.types {
			for _, s := range sizes {
				c := contest{operation: o, size: s, typ: typ}
				for _, system := range systems {
					if c.unfit(system) == "" {
						c.systems = append(c.systems, system)
					}
				}
				list = append(list, c)
			}
		}
	}
	return list
}

// Cases returns the names of all cases.
func Cases() (names []string) {
	for _, c := range contests() {
		names = append(names, c.name())
	}
	return names
}

// All is the pattern of all cases; the empty one is only the usual.
const All = "*/*/*"

// chosen returns the contests whose names match a pattern, with the systems that are in a
// list; an empty one is all.
func chosen(pattern string, only []string) (list []contest) {
	for _, c := range contests() {
		c.systems = suite.Narrow(c.systems, only)
		if (pattern != "" || c.usual()) && report.Matches(pattern, c.name()) && len(c.systems) > 0 {
			list = append(list, c)
		}
	}
	return list
}

// unitOf returns a metric's unit.
func unitOf(metric string) string {
	if metric == bytesPerS {
		return "B/s"
	}
	return "ns"
}
