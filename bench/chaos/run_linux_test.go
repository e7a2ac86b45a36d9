package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/report"
)

// long is a time-out that no partition reaches by being slow.
const long = time.Minute

// wellDone fails a test whose run has found something.
func wellDone(t *testing.T, r *Report, err error) {
	t.Helper()
	if err != nil || len(r.Wrong) > 0 || len(r.Left) > 0 {
		t.Fatalf("%v: %+v", err, r)
	}
}

// Every kind of job under every kind of fault.
func TestRun(t *testing.T) {
	var figures []report.Measurement
	r, err := Run(t.Context(), Options{
		Seed: 3, Kill: 0.02, Stop: 0.003, Segv: 0.02, NoSpace: true, Jobs: 18, Workers: 2, Timeout: 300 * time.Millisecond,
		Measured: func(m report.Measurement) { figures = append(figures, m) },
	})
	wellDone(t, r, err)
	for i, n := range r.Jobs {
		if n != 3 {
			t.Errorf("%d jobs of kind %s", n, kindNames[i])
		}
	}
	for i, n := range r.Injected {
		if n == 0 {
			t.Errorf("no fault of kind %v: %+v", fault(i+1), r)
		}
	}
	if r.Retries == 0 || r.Panics == 0 || r.Spaces < 9 || r.Full == "" || len(figures) == 0 {
		t.Errorf("%+v", r)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"chaos: seed 3, 2 workers, 21 jobs", "kill ", "wrong answers: 0", "left behind: 0", "a full /dev/shm: ", "GOMAXPROCS"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text has no %q:\n%s", want, &text)
		}
	}
}

// Where nothing ends a job early, the same seed is the same faults, to the last.
func TestSameSeedSameFaults(t *testing.T) {
	var last []uint64
	for range 2 {
		r, err := Run(t.Context(), Options{Seed: 11, Kill: 0.05, Jobs: 3, Workers: 3, Timeout: long})
		wellDone(t, r, err)
		if last != nil && !slices.Equal(last, r.Injected) {
			t.Errorf("%v, then %v", last, r.Injected)
		}
		if last = r.Injected; last[0] == 0 {
			t.Error("no faults")
		}
	}
}

func TestNoFaults(t *testing.T) {
	r, err := Run(t.Context(), Options{Seed: 1, Jobs: 6, Workers: 2, Timeout: long})
	wellDone(t, r, err)
	if r.Deaths+r.Retries+r.WorkerErrors+r.Panics != 0 {
		t.Errorf("%+v", r)
	}
}

func TestCorrupt(t *testing.T) {
	r, err := Run(t.Context(), Options{Seed: 1, Jobs: 2, Workers: 2, Timeout: long, Corrupt: true})
	if !errors.Is(err, report.ErrWrong) || r == nil || len(r.Wrong) == 0 {
		t.Errorf("%v: %+v", err, r)
	}
}

func TestStrikes(t *testing.T) {
	o := Options{Seed: 1, Strikes: 5, Duration: time.Second, Workers: 2, Timeout: long}
	if os.Getenv("SHMENGINE_STRESS") != "" {
		o.Strikes, o.Duration = 1000, time.Minute
	}
	r, err := Run(t.Context(), o)
	wellDone(t, r, err)
	if r.Strikes == 0 || r.Deaths < uint64(r.Strikes) {
		t.Errorf("%+v", r)
	}
	t.Logf("%d strikes, %d misses, %d retries, %d jobs", r.Strikes, r.Misses, r.Retries, r.Total())
}

// What is left is found: a descriptor, a mapping, a name.
func TestLeftovers(t *testing.T) {
	before := leftovers()
	f, err := os.CreateTemp(t.TempDir(), "left")
	if err != nil {
		t.Fatal(err)
	}
	after := leftovers()
	extra := 0
	for what, n := range after {
		extra += max(0, n-before[what])
	}
	if err := f.Close(); err != nil || extra == 0 {
		t.Errorf("%v, then %v", before, after)
	}
	r := &run{Options: Options{Workers: 1, Timeout: long}, tag: fmt.Sprintf("chaos-test-%d", os.Getpid())}
	if err := r.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	during := leftovers()
	if during["mapping"] <= before["mapping"] || during["child"] <= before["child"] || len(names(r.tag)) != 2 { // of both arenas
		t.Errorf("an engine that runs: %v, then %v, names %v", before, during, names(r.tag))
	}
	if err := errors.Join(r.engine.Arena().Unlink(), r.engine.Close()); err != nil || len(names(r.tag)) != 0 {
		t.Errorf("%v, names %v", err, names(r.tag))
	}
	if left := more(before); len(left) > 0 {
		t.Errorf("an engine that was closed: %v", left)
	}
}

// A run that is cut short, in its start or later, leaves nothing.
func TestCancelled(t *testing.T) {
	for _, after := range []time.Duration{20 * time.Millisecond, 300 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := Run(ctx, Options{Seed: 1, Kill: 0.05, Workers: 2, Duration: long})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if left := names("chaos-" + strconv.Itoa(os.Getpid())); len(left) > 0 {
			t.Errorf("after %v: %v", after, left)
		}
	}
}
