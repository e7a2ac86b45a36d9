package engine

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func wantText(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %q does not say %q", err, text)
	}
}

// points are the places where a worker may die in a partition.
var points = []string{"next", "claimed", "saved", "output", "done", "counted"}

func TestDeathInEachPoint(t *testing.T) {
	data := randoms(60*LeafRows + 5)
	for _, point := range points {
		t.Run(point, func(t *testing.T) {
			killAt(t, point, 5)
			e := start(t, Config{Workers: 2, Retries: 8}) // all may hit one partition
			if point != "saved" {
				x := share(t, e, data)
				if got, err := sumKernel.Run(deadline(t, patience), e, x); err != nil || got != reference(data) {
					t.Fatalf("sum %v, %v", got, err)
				}
			}
			x := share(t, e, data)
			if err := doubleAgain.Run(deadline(t, patience), e, x.Len(), inPlace{InOutOf(x)}); err != nil {
				t.Fatal(err)
			}
			for i, v := range x.Slice() {
				if v != 2*data[i] {
					t.Fatalf("element %d was %v, is %v: doubled %v times", i, data[i], v, v/data[i]/2)
				}
			}
			if d := e.Stats().Deaths; d != 5 {
				t.Errorf("%d deaths, want 5", d)
			}
		})
	}
}

func TestNoRetrySaysWhichRowsAreDirty(t *testing.T) {
	killAt(t, "output", 1)
	e := start(t, Config{Workers: 2})
	x := share(t, e, randoms(20*LeafRows))
	err := doubleOnce.Run(deadline(t, patience), e, x.Len(), inPlace{InOutOf(x)})
	var we *WorkerError
	if !errors.As(err, &we) {
		t.Fatal(err)
	}
	if !we.Dirty || we.ExitCode != -9 || we.Hi-we.Lo != LeafRows || we.Attempts != 1 || we.Kernel != "test/double/noretry" {
		t.Errorf("%+v", we)
	}
	wantText(t, err, "dirty")
	if e.Stats().Retries != 0 {
		t.Error("it was retried")
	}
}

func TestNoRetryIsRetriedBeforeItBegins(t *testing.T) {
	for _, point := range []string{"next", "claimed", "saved"} {
		killAt(t, point, 1)
		e := start(t, Config{Workers: 2})
		data := randoms(20 * LeafRows)
		x := share(t, e, data)
		if err := doubleOnce.Run(deadline(t, patience), e, x.Len(), inPlace{InOutOf(x)}); err != nil {
			t.Fatal(point, err)
		}
		for i, v := range x.Slice() {
			if v != 2*data[i] {
				t.Fatalf("%s: element %d was %v, is %v", point, i, data[i], v)
			}
		}
	}
}

func TestKernelThatAlwaysKills(t *testing.T) {
	e := start(t, Config{Workers: 2, Retries: 2})
	x := share(t, e, randoms(20*LeafRows))
	for what, code := range map[int64]int{makeDeath: -9, makeExit: 0, makeGoexit: exitGoexit} {
		err := troubleKernel.Run(deadline(t, patience), e, x.Len(), trouble{InOf(x), what, 3})
		var we *WorkerError
		if !errors.As(err, &we) {
			t.Fatalf("trouble %d: %v", what, err)
		}
		if !errors.Is(err, ErrPoisoned) {
			t.Errorf("trouble %d: %v is not ErrPoisoned", what, err)
		}
		if we.Partition != 3 || we.Attempts != 3 || we.Dirty || we.ExitCode != code {
			t.Errorf("trouble %d: %+v", what, we)
		}
		if _, err := sumKernel.Run(deadline(t, patience), e, x); err != nil {
			t.Fatalf("the pool is broken: %v", err)
		}
	}
}

// A worker is stopped in the middle of an output store, passes its deadline, and
// is continued after the retry. Had it not been killed it would write then.
func TestStoppedPastItsDeadline(t *testing.T) {
	// Others, that only wait for a CPU for that long, are revoked too, and tried again.
	e := start(t, Config{Workers: 2, PartitionTimeout: 200 * time.Millisecond, Retries: 1000})
	data := randoms(30 * LeafRows)
	x, y := share(t, e, data), share(t, e, make([]float64, len(data)))
	before := e.WorkerPIDs()
	if err := stopKernel.Run(deadline(t, patience), e, x.Len(), stopArgs{InOf(x), OutOf(y)}); err != nil {
		t.Fatal(err)
	}
	for _, pid := range before {
		_ = continueProcess(pid)
	}
	if s := e.Stats(); s.Retries == 0 || s.Deaths == 0 {
		t.Errorf("nobody was revoked: %+v", s)
	}
	if _, err := sumKernel.Run(deadline(t, patience), e, x); err != nil { // time for a late store
		t.Fatal(err)
	}
	want := make([]float64, len(data))
	for i := range want {
		want[i] = data[i] + 1
	}
	if !bytes.Equal(bytesOf(y.Slice()), bytesOf(want)) {
		t.Error("the output has been written by a worker that was revoked")
	}
}

func TestCancelKillsWhoDoesNotHeed(t *testing.T) {
	e := start(t, Config{Workers: 2, Grace: 50 * time.Millisecond})
	x := share(t, e, randoms(20*LeafRows))
	ctx, cancel := context.WithCancel(deadline(t, patience))
	go func() {
		for ctx.Err() == nil && (e.Stats().Partitions != 19 || len(e.Running()) == 0) { // the slow one is left
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	err := troubleKernel.Run(ctx, e, x.Len(), trouble{InOf(x), makeSlow, 3})
	if !errors.Is(err, context.Canceled) || e.Stats().Deaths != 1 {
		t.Fatalf("%v, %+v", err, e.Stats())
	}
	if _, err := sumKernel.Run(deadline(t, patience), e, x); err != nil {
		t.Fatal(err)
	}
}

func TestRandomKills(t *testing.T) {
	kills := 20
	if os.Getenv("SHMENGINE_STRESS") != "" {
		kills = 1000
	}
	e := start(t, Config{Workers: 3, Retries: 1000})
	data := randoms(200 * LeafRows)
	x, want := share(t, e, data), reference(data)
	ctx := deadline(t, 10*time.Minute)
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for n := 0; n < kills && ctx.Err() == nil; {
			if pids := e.Running(); len(pids) > 0 && killProcess(pids[n%len(pids)]) == nil {
				n++
			}
			time.Sleep(2 * time.Millisecond)
		}
	}()
	for done := false; !done; {
		select {
		case <-stop:
			done = true
		default:
		}
		if got, err := sumKernel.Run(ctx, e, x); err != nil || got != want {
			t.Fatalf("sum %v, %v; want %v", got, err, want)
		}
	}
	if s := e.Stats(); s.Deaths == 0 {
		t.Errorf("%+v", s)
	}
}
