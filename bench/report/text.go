package report

import (
	"fmt"
	"math"
	"strconv"

	"github.com/shmengine/shmengine/bench/stats"
)

// Plural writes a number of things.
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

// Count writes a number with a decimal unit.
func Count(v float64) string {
	switch {
	case v >= 999.5e6:
		return fmt.Sprintf("%.3g G", v/1e9)
	case v >= 999.5e3:
		return fmt.Sprintf("%.3g M", v/1e6)
	case v >= 1e4:
		return fmt.Sprintf("%.3g k", v/1e3)
	}
	return fmt.Sprintf("%.0f", v)
}

// Number writes a number with three digits, or a dash for none.
func Number(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.3g", v)
}

// Interval writes the interval of a median, or a dash if there is none.
func Interval(s stats.Summary) string {
	lo, hi, ok := s.Interval()
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.3g to %.3g", lo, hi)
}

// Percent writes a share, or a dash for none.
func Percent(v float64) string {
	if math.IsNaN(v) {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}
