package top

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine"
)

// look is a worker at some moment.
func look(at time.Duration, w ...engine.WorkerStats) engine.Snapshot {
	return engine.Snapshot{Name: "e", At: time.Unix(100, 0).Add(at), Started: time.Unix(90, 0), Workers: w}
}

func TestFrame(t *testing.T) {
	old := look(0,
		engine.WorkerStats{Worker: 0, State: "running", Rows: 100, Bytes: 1000, Partitions: 5, Waits: 7, Parked: time.Second, Usage: engine.Usage{PID: 7, Start: 1, CPU: time.Second, MinorFaults: 10, Voluntary: 50}},
		engine.WorkerStats{Worker: 1, State: "resting", Rows: 9, Waits: 3, Usage: engine.Usage{PID: 8, Start: 2, CPU: time.Second, MinorFaults: 1000}})
	now := look(2*time.Second,
		engine.WorkerStats{Worker: 0, State: "running", Rows: 300, Bytes: 3000, Partitions: 9, Waits: 11, Parked: 2 * time.Second, Usage: engine.Usage{PID: 7, Start: 1, CPU: 2 * time.Second, MinorFaults: 12, Voluntary: 40, RSS: 4096, PSS: 1024}},
		engine.WorkerStats{Worker: 1, State: "resting", Rows: 8, Waits: 3, Usage: engine.Usage{PID: 8, Start: 3, CPU: 5 * time.Second, MinorFaults: 5, RSS: 8192, PSS: 2048}})
	old.Helper, now.Helper = engine.WorkerStats{Worker: -1, Tasks: 10, Rows: 5}, engine.WorkerStats{Worker: -1, Tasks: 16, Rows: 5}
	f := newFrame(old, now)
	if f.Console.Tasks != 3 || f.Console.Rows != 0 || f.Total.Tasks != 0 {
		t.Errorf("the coordinator: %+v", f.Console)
	}
	busy, idle := f.Rates[0], f.Rates[1]
	if busy.Rows != 100 || busy.Bytes != 1000 || busy.Partitions != 2 || busy.Waits != 2 || busy.Parked != 0.5 || busy.CPU != 0.5 || busy.MinorFaults != 1 || busy.Voluntary != 0 {
		t.Errorf("the busy one: %+v", busy)
	}
	// A count that went back is no rate; another process's figures are not compared.
	if idle.Rows != 0 || idle.Parked != 1 || idle.CPU != 0 || idle.MinorFaults != 0 || idle.RSS != 8192 {
		t.Errorf("the one that rests: %+v", idle)
	}
	if f.Total.Rows != 100 || f.Total.RSS != 12288 || f.Total.PSS != 3072 || f.Total.Parked != 1.5 {
		t.Errorf("together: %+v", f.Total)
	}
}

// Each figure of Rates is in the columns, once.
func TestColumnsAreAll(t *testing.T) {
	var r Rates
	for i, c := range columns {
		*c.of(&r) += float64(int(1) << i)
	}
	sum := r.Rows + r.Bytes + r.Partitions + r.Tasks + r.Waits + r.Retries + r.Failures + r.CPU + r.Delay + r.Parked + r.Spinning +
		r.MinorFaults + r.MajorFaults + r.Voluntary + r.Involuntary + r.RSS + r.PSS + r.Private + r.VSZ
	if want := float64(int(1)<<len(columns) - 1); sum != want {
		t.Errorf("%v, want %v", sum, want)
	}
}

// What somebody hostile has stored is printed, in some way, and is no crash.
func TestHostileNumbers(t *testing.T) {
	w := engine.WorkerStats{
		Worker: 3, Rows: math.MaxUint64, Bytes: math.MaxUint64, Waits: math.MaxUint64, Spun: math.MaxInt64, Parked: math.MaxInt64,
		Usage: engine.Usage{RSS: math.MaxUint64, VSZ: math.MaxUint64, CPU: math.MinInt64},
	}
	s := look(-time.Hour, w, w)
	s.Stats = engine.Stats{Bytes: math.MaxUint64, Copied: math.MaxUint64}
	s.Started = time.Unix(math.MinInt64, 0)
	for _, pair := range [][2]engine.Snapshot{{look(0), s}, {s, look(0)}, {s, s}} {
		f := newFrame(pair[0], pair[1])
		var out bytes.Buffer
		if err := f.Write(&out); err != nil || !strings.HasPrefix(out.String(), `engine "e"`) {
			t.Errorf("%v: %s", err, &out)
		}
		for _, m := range f.Measurements() {
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
				t.Errorf("%+v", m)
			}
		}
	}
}

func TestRunRefuses(t *testing.T) {
	for _, o := range []Options{{}, {Name: "x"}, {Name: "x", Interval: -time.Second}, {Name: "x", Interval: time.Second, Frames: -1}, {Name: "x", Interval: 100 * time.Hour}} {
		if err := Run(context.Background(), o, nil); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
