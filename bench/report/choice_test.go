package report

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	s := Suite{Cases: []string{"a/b", "mpmc/2x2/64B"}, Systems: []string{"x"}}
	for _, good := range []Choice{
		{}, {Case: "a", Systems: []string{"x", ""}, Reps: MaxReps, Seconds: LeastSeconds}, {Case: "mpmc/2x2", Seconds: MaxSeconds},
		{Reps: 1, Seconds: LeastSeconds, Exact: true},
	} {
		if err := s.Check(good); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
	for want, bad := range map[string]Choice{
		`case "["`:       {Case: "["},
		`no case "none"`: {Case: "none"},
		`no system "y"`:  {Systems: []string{"x", "y"}},
		"-1 repetitions": {Reps: -1},
		"1001 rep":       {Reps: MaxReps + 1},
		"-1 seconds":     {Seconds: -1},
		"0.05 seconds":   {Seconds: LeastSeconds / 2},
		"3601 seconds":   {Seconds: MaxSeconds + 1},
		"NaN seconds":    {Seconds: math.NaN()},
		"0 repetitions":  {Seconds: 1, Exact: true},
		"0 seconds":      {Reps: 1, Exact: true},
	} {
		if err := s.Check(bad); !errors.Is(err, ErrOptions) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", bad, err, want)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern string
		yes     bool
	}{{"", true}, {"mpmc", true}, {"mpmc/2x2", true}, {"mpmc/*/64B", true}, {"*", true}, {"mp", false}, {"64B", false}, {".", false}} {
		if got := Matches(c.pattern, "mpmc/2x2/64B"); got != c.yes {
			t.Errorf("%q: %v", c.pattern, got)
		}
	}
}

func TestWhole(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	failed := errors.New("a worker says")
	if _, err := Whole(ctx, func(context.Context) (*int, error) { return nil, failed }); err != failed {
		t.Error(err)
	}
	if n, err := Whole(ctx, func(context.Context) (*int, error) { return new(int), nil }); n == nil || err != nil {
		t.Error(n, err)
	}
	if n, err := Whole(ctx, func(context.Context) (*int, error) { cancel(); return new(int), failed }); n != nil || err != context.Canceled {
		t.Error("cancelled:", n, err)
	}
	if _, err := Whole(ctx, func(context.Context) (*int, error) { t.Error("begun"); return nil, nil }); err != context.Canceled {
		t.Error("cancelled before:", err)
	}
}
