package suite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

type meta struct{}

type options = Options[meta]

var errWrong = errors.New("wrong sum")

// toy is a contest whose measurements are what number gives, and which remembers
// who was measured.
type toy struct {
	order  []string
	parts  []float64
	number func(system string, n int) float64
}

func (y *toy) contest(name string, systems ...string) Contest[float64] {
	c := Contest[float64]{Systems: systems}
	c.Case = report.Case{Name: name, Baseline: systems[0], Rounds: 3, Warmups: 1}
	counts := map[string]int{}
	c.Measure = func(_ context.Context, system string, part float64) (float64, error) {
		y.order, y.parts = append(y.order, system), append(y.parts, part)
		counts[system]++
		return y.number(system, counts[system]-2), nil
	}
	c.Falsify = func(float64) error { return errWrong }
	c.Figures = func(c *Contest[float64], all Rounds[float64]) []report.Measurement {
		return toyReading.Medians(c, all, []string{"time", "size"}, "size")
	}
	return c
}

var toyReading = Reading[float64]{
	Suite: "toy", Unit: func(metric string) string { return metric + "s" }, Value: func(v float64, _ string) float64 { return v },
}

// twice is b, which takes twice as long as a in each round, while the machine gets
// slower from round to round.
func twice(system string, n int) float64 {
	v := float64(int(1) << max(n, 0))
	if system == "b" {
		return 2 * v
	}
	return v
}

func TestRoundsRotate(t *testing.T) {
	y := &toy{number: twice}
	got, err := Run(t.Context(), []Contest[float64]{y.contest("one", "a", "b")}, Watch{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Fields("a b a b b a a b"); !slices.Equal(y.order, want) {
		t.Errorf("measured %v, want %v", y.order, want)
	}
	if want := []float64{WarmupShare, WarmupShare, 1, 1, 1, 1, 1, 1}; !slices.Equal(y.parts, want) {
		t.Errorf("parts %v, want %v", y.parts, want)
	}
	b, _ := got[0].Figure("b", "time")
	if b.Value != 4 || b.N != 3 || *b.Ratio != 2 || b.Suite != "toy" || b.Case != "one" || b.Unit != "times" || b.Baseline != "a" {
		t.Errorf("%+v", b)
	}
	if size, ok := got[0].Figure("b", "size"); !ok || size.Ratio != nil {
		t.Errorf("an unpaired metric: %+v", size)
	}
}

// Everything is said in its order: what the figures have to be read with, each
// measurement, the figures of each case as soon as it is over.
func TestWatch(t *testing.T) {
	y := &toy{number: twice}
	one, two := y.contest("one", "a", "b"), y.contest("two", "a")
	two.Count = func(context.Context, *Contest[float64]) ([]report.Measurement, error) {
		return []report.Measurement{{Metric: "calls"}}, nil
	}
	begun, last, figures := 0, 0, 0
	o := options{
		Begin: func(meta) { begun++ },
		Progress: func(done, total int) {
			if last++; done != last || total != 8+4 || begun != 1 {
				t.Errorf("%d of %d, begun %d times", done, total, begun)
			}
		},
		Measured: func(m report.Measurement) {
			if figures++; m.Case == "one" && last != 8 {
				t.Errorf("a figure of one behind %d measurements", last)
			}
		},
	}
	got, err := Run(t.Context(), []Contest[float64]{one, two}, o.Watch(meta{}), nil)
	if err != nil || last != 12 || figures != 4+3 || len(got) != 2 {
		t.Errorf("%d measurements, %d figures, %v", last, figures, err)
	}
}

func TestCorruptionIsAnError(t *testing.T) {
	y := &toy{number: twice}
	w := Watch{Corrupt: "b", Measured: func(m report.Measurement) { t.Errorf("a figure: %+v", m) }}
	_, err := Run(t.Context(), []Contest[float64]{y.contest("one", "a", "b")}, w, nil)
	if !errors.Is(err, errWrong) || !strings.HasPrefix(err.Error(), "one: b: ") || len(y.order) != 8 {
		t.Errorf("%v after %d measurements", err, len(y.order))
	}
}

func TestNothingToMeasure(t *testing.T) {
	w := Watch{Begin: func() { t.Error("it began") }}
	if _, err := Run(t.Context(), []Contest[int]{}, w, "no compiler"); !errors.Is(err, report.ErrMachine) || !strings.Contains(err.Error(), "no compiler") {
		t.Error(err)
	}
}

func TestCancelledBetweenMeasurements(t *testing.T) {
	y := &toy{number: twice}
	ctx, cancel := context.WithCancel(t.Context())
	w := Watch{Progress: func(done, _ int) {
		if done == 3 {
			cancel()
		}
	}}
	if _, err := Run(ctx, []Contest[float64]{y.contest("one", "a", "b")}, w, nil); !errors.Is(err, context.Canceled) || len(y.order) != 3 {
		t.Errorf("%v after %d measurements", err, len(y.order))
	}
}

func TestCheck(t *testing.T) {
	s := report.Suite{Cases: []string{"one"}, Systems: []string{"a", "b"}}
	for _, o := range []options{{Case: "two"}, {Systems: []string{"c"}}, {Corrupt: "c"}, {Reps: -1}, {Seconds: -1}} {
		if err := o.Check(s, 1); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if err := (options{Systems: []string{"b"}, Corrupt: "a"}).Check(s, 1); err != nil {
		t.Error(err)
	}
	if err := (options{Systems: []string{"b"}}).Check(s, 0); !errors.Is(err, report.ErrOptions) {
		t.Errorf("a choice of no case: %v", err)
	}
}

func TestDefaults(t *testing.T) {
	o := options{}.WithDefaults()
	if o.Reps != report.DefaultReps || o.Scale() != 1 || o.Window(time.Second) != time.Second {
		t.Errorf("%+v", o)
	}
	o.Seconds = report.DefaultSeconds / 4
	if o.Window(time.Second) != time.Second/4 || o.Window(time.Microsecond) != 100*time.Microsecond {
		t.Errorf("windows of %v and %v", o.Window(time.Second), o.Window(time.Microsecond))
	}
	if kept := (options{Reps: 3, Seconds: 7}).WithDefaults(); kept.Reps != 3 || kept.Seconds != 7 {
		t.Errorf("%+v", kept)
	}
}

func TestChoices(t *testing.T) {
	if !(options{}).Asked("a") || !(options{Systems: []string{"a"}}).Asked("a") || (options{Systems: []string{"b"}}).Asked("a") {
		t.Error("who is asked for")
	}
	all := []string{"a", "b", "c"}
	if got := Narrow(all, nil); !slices.Equal(got, all) {
		t.Errorf("%v", got)
	}
	if got := Narrow(all, []string{"c", "a", "z"}); !slices.Equal(got, []string{"a", "c"}) || len(all) != 3 {
		t.Errorf("%v", got)
	}
	if First([]string{"z", "c", "a"}, all) != "c" || First([]string{"z"}, all) != "" {
		t.Error("the first that takes part")
	}
}
