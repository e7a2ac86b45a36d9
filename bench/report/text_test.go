package report

import (
	"math"
	"strings"
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

func TestCase(t *testing.T) {
	one := 1.0
	c := Case{
		Name: "a/b", What: "something", Work: "10 ms", Baseline: "slow", Rounds: 3, Warmups: 1,
		Figures: []Measurement{
			{System: "slow", Metric: "ns", Value: 2, Ratio: &one, Baseline: "slow"}, {System: "slow", Metric: "more", Value: 5},
			{System: "fast", Metric: "ns", Value: 1, Ratio: &one, RatioLo: &one, RatioHi: &one, Baseline: "slow"},
		},
	}
	style := Style{map[string]string{"ns": "ns/op", "more": "ops"}, func(m Measurement) string { return Number(m.Value) }, func(m string) bool { return m == "more" }}
	var b strings.Builder
	if err := c.Write(&b, style); err != nil {
		t.Fatal(err)
	}
	want := "a/b: something\n3 rounds of 10 ms, behind 1 short one to warm up\n" +
		"  system  ns/op  x slow    95 %  ops\n    fast      1       1  1 to 1    -\n    slow      2       1       -    5\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	if got := c.Order("more", true); len(got) != 1 || got[0] != "slow" {
		t.Errorf("%v", got)
	}
}
