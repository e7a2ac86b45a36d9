package report

import (
	"math"
	"testing"

	"github.com/shmengine/shmengine/bench/stats"
)

func TestCount(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 9999: "9999", 20_000: "20 k", 999_600: "1 M", 22_369_621: "22.4 M", 999.6e6: "1 G", 12e9: "12 G"} {
		if got := Count(v); got != want {
			t.Errorf("Count(%v) = %q, want %q", v, got, want)
		}
	}
}

func TestNoNumberIsADash(t *testing.T) {
	none := stats.Of(nil)
	for _, got := range []string{Number(none.Median), Percent(none.Spread), Interval(none), Interval(stats.Of([]float64{1, 2}))} {
		if got != "-" {
			t.Errorf("%q, want a dash", got)
		}
	}
	if got := Number(1234.5) + " " + Percent(0.125) + " " + Plural(1, "round") + " " + Plural(2, "round"); got != "1.23e+03 12.5 % 1 round 2 rounds" {
		t.Error(got)
	}
}

func TestFinite(t *testing.T) {
	if Finite(math.NaN()) != nil || Finite(math.Inf(1)) != nil || *Finite(2) != 2 {
		t.Error("Finite")
	}
}
