package kernels

// Comparison is how an element v is compared with a number t. As in Go all
// comparisons with a NaN are false but for NotEqual, which is true, and -0
// equals +0.
type Comparison uint8

// The comparisons.
const (
	Less         Comparison = iota // v < t
	LessEqual                      // v <= t
	Greater                        // v > t
	GreaterEqual                   // v >= t
	Equal                          // v == t
	NotEqual                       // v != t
)

const comparisons = NotEqual + 1

func (c Comparison) check() {
	if c >= comparisons {
		panic("kernels: unknown comparison")
	}
}

// holds reports whether v compares with t so.
func holds[T element](v T, c Comparison, t T) bool {
	switch c {
	case Less:
		return v < t
	case LessEqual:
		return v <= t
	case Greater:
		return v > t
	case GreaterEqual:
		return v >= t
	case Equal:
		return v == t
	default:
		return v != t
	}
}

// Count returns how many elements of x compare so with t:
//
//	for _, v := range x { if v > t { n++ } }
//
// Preconditions: c is one of the constants; else it panics.
func Count(x []float64, c Comparison, t float64) int {
	c.check()
	if c == NotEqual { // also true for NaN
		return len(x) - Count(x, Equal, t)
	}
	n := 0
	for len(x) > block1 {
		n += countBlock(x[:block1], c, t)
		giveWay(len(x))
		x = x[block1:]
	}
	return n + countBlock(x, c, t)
}

func countBlock(x []float64, c Comparison, t float64) int {
	if mover == levelAVX512 {
		return countAVX512(x, int(c), t)
	}
	if mover == levelAVX2 {
		return countAVX2(x, int(c), t)
	}
	return countGo(x, c, t)
}

func countGo[T element](x []T, c Comparison, t T) int {
	n := 0
	for _, v := range x {
		if holds(v, c, t) {
			n++
		}
	}
	return n
}

// CountInt64 is [Count] for integers.
func CountInt64(x []int64, c Comparison, t int64) int {
	c.check()
	core, opposite := c.core()
	n := 0
	rest := x
	for len(rest) > block1 {
		n += countInt64Block(rest[:block1], core, t)
		giveWay(len(rest))
		rest = rest[block1:]
	}
	n += countInt64Block(rest, core, t)
	if opposite {
		return len(x) - n
	}
	return n
}

func countInt64Block(x []int64, c Comparison, t int64) int {
	if mover == levelAVX512 {
		return countInt64AVX512(x, c.code(), t)
	}
	if mover == levelAVX2 {
		return countInt64AVX2(x, c.code(), t)
	}
	return countGo(x, c, t)
}

// core returns the comparison out of Less, Greater and Equal that is true of
// integers where c is, or, if opposite, where c is not.
func (c Comparison) core() (core Comparison, opposite bool) {
	switch c {
	case LessEqual:
		return Greater, true
	case GreaterEqual:
		return Less, true
	case NotEqual:
		return Equal, true
	default:
		return c, false
	}
}

// code numbers the comparisons of core for the assembly: 0, 1 and 2.
func (c Comparison) code() int { return int(c) / 2 }
