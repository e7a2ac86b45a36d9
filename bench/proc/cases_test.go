package proc

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

func TestChosen(t *testing.T) {
	for pattern, want := range map[string]int{"": len(contests), "standby": 2, "standby/h*": 1, "join": 1, "*": len(contests), "none": 0} {
		if got := chosen(pattern); len(got) != want {
			t.Errorf("%q chooses %d cases, want %d", pattern, len(got), want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "none"}, {Case: "["}, {Reps: -1}, {Reps: 1e6}, {Corrupt: "nobody"}} {
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("Run(%+v): %v", o, err)
		}
	}
	if err := Validate(Options{}); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
}

func TestCheck(t *testing.T) {
	c := contest{kind: kindFirst, samples: 2}
	if err := c.check([]sample{{1, 2, 3}, {5, 5, 5}}); err != nil {
		t.Error(err)
	}
	for _, list := range [][]sample{nil, {{1, 2, 3}}, {{1, 2, 3}, {2, 1, 3}}, {{1, 2, 3}, {1, 4, 3}}, {{0, 2, 3}, {1, 2, 3}}, {{1, 2, 3}, {1, 2, 3}, {1, 2, 3}}} {
		if err := c.check(list); !errors.Is(err, report.ErrWrong) {
			t.Errorf("%v: %v", list, err)
		}
	}
}

func TestValue(t *testing.T) {
	s := sample{10, 13, 20}
	for kind, want := range map[string]float64{kindFirst: 3, kindHot: 3, kindIdle: 3, kindJoin: 7, kindDeath: 10} {
		if got := (contest{kind: kind}).value(s); got != want {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
}

func TestPercentile(t *testing.T) {
	values := []float64{5, 1, 4, 2, 3}
	for share, want := range map[float64]float64{0: 1, 0.2: 1, 0.5: 3, 0.8: 4, 0.99: 5, 1: 5} {
		if got := percentile(values, share); got != want {
			t.Errorf("%v: %v, want %v", share, got, want)
		}
	}
	if values[0] != 5 {
		t.Error("the values were sorted in place")
	}
}

func TestDuration(t *testing.T) {
	for ns, want := range map[float64]string{7: "7ns", 1234: "1.23µs", 12345: "12.3µs", 1234567: "1.23ms", 52e6: "52ms", 3e9: "3s"} {
		if got := duration(ns); got != want {
			t.Errorf("%v: %q, want %q", ns, got, want)
		}
	}
}
