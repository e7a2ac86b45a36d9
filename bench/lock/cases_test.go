package lock

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

func TestContests(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contests {
		if seen[c.name] {
			t.Errorf("%s is there twice", c.name)
		}
		seen[c.name] = true
		if c.parties < 1 || c.parties > maxWorkers || c.what == "" || baselineOf(c.systems) == "" {
			t.Errorf("%+v", c)
		}
		for _, system := range c.systems {
			if !slices.Contains(Systems(), system) {
				t.Errorf("%s: no system %q", c.name, system)
			}
			ops, window := c.work(system, 1)
			if (ops > 0) == (window > 0) {
				t.Errorf("%s: %s: %d operations and %v", c.name, system, ops, window)
			}
			if ops, window := c.work(system, report.LeastSeconds/report.DefaultSeconds*suite.WarmupShare); ops == 0 && window == 0 {
				t.Errorf("%s: %s: nothing is left of the shortest run", c.name, system)
			}
		}
		for _, metric := range c.metrics {
			if titles[metric] == "" {
				t.Errorf("%s: metric %s has no title", c.name, metric)
			}
		}
	}
}

func TestOversubscribedIsMeasuredBySeconds(t *testing.T) {
	for _, c := range contests {
		if c.kind != kindTimed {
			continue
		}
		if _, window := c.work(Futex, 7); window != time.Second {
			t.Errorf("a window of %v", window)
		}
		if c.rounds(9) != 3 || c.rounds(1) != 1 {
			t.Error("rounds")
		}
	}
}

func TestChosen(t *testing.T) {
	for pattern, want := range map[string]int{"": len(contests), "*/*": len(contests), "mutex": 4, "mutex/*": 4, "mutex/[uc]*": 2, "barrier/2": 1, "b*": 1, "none": 0, "mutex/": 0} {
		if got := chosen(pattern, nil); len(got) != want {
			t.Errorf("%q chooses %d cases, want %d", pattern, len(got), want)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "none"}, {Case: "["}, {Reps: -1}, {Reps: 1e6}, {Seconds: -1}, {Seconds: 1e-9}, {Seconds: 1e9}, {Corrupt: "nobody"}} {
		if err := Validate(o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("Run(%+v): %v", o, err)
		}
	}
	if err := Validate(Options{}); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
}

func TestBaselines(t *testing.T) {
	for want, systems := range map[string][]string{
		Robust: {Futex, Sync, Pthread, Robust}, Pthread: {Futex, Sync, Pthread, Sem}, Sync: {Futex, Sync, Sem}, "": {Futex, OFD},
	} {
		if got := baselineOf(systems); got != want {
			t.Errorf("of %v the baseline is %q, want %q", systems, got, want)
		}
	}
}
