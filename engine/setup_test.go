package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// killEnv says where workers of a test kill themselves: "point:times:prefix".
// The first `times` workers to reach the point die there; the files
// prefix0, prefix1, ... count them, since the replacements come by too.
const killEnv = "SHMENGINE_TEST_KILL"

// Killer prepares this process, if it is a worker, for what killAt says. It is
// exported for TestMain, which is in the other test package, since this one
// has a function of that name already.
func Killer() {
	if plan := os.Getenv(killEnv); plan != "" {
		onReach = killer(plan)
	}
}

func killer(plan string) func(string) {
	f := strings.SplitN(plan, ":", 3)
	times, _ := strconv.Atoi(f[1])
	return func(point string) {
		if point == f[0] && first(f[2], times) {
			dieNow()
		}
	}
}

// first reports true to the first n callers, in whatever process.
func first(prefix string, n int) bool {
	for i := range n {
		f, err := os.OpenFile(prefix+strconv.Itoa(i), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			f.Close()
			return true
		}
	}
	return false
}

// killAt makes the first n workers to reach point kill themselves there.
func killAt(t *testing.T, point string, n int) {
	t.Setenv(killEnv, point+":"+strconv.Itoa(n)+":"+t.TempDir()+"/died")
}

// start starts an engine that is closed at the end of the test.
func start(t testing.TB, cfg Config) *Engine {
	t.Helper()
	if cfg.ArenaSize == 0 {
		cfg.ArenaSize = 256 << 20
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	e, err := Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error("close:", err)
		}
	})
	return e
}

// share copies s into the arena of e, until the end of the test.
func share[T any](t testing.TB, e *Engine, s []T) shmarena.Array[T] {
	t.Helper()
	x, err := shmarena.CopyIn(e.Arena(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Free(); err != nil && !errors.Is(err, shmarena.ErrClosed) {
			t.Error("free:", err)
		}
	})
	return x
}

func randoms(n int) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64() * 1e6
	}
	return x
}

// patience ends what hangs.
const patience = 5 * time.Minute

func deadline(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// waitFor asks until it is so; a test that waits for ever is ended by its deadline.
func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for ctx := deadline(t, patience); !is(); time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("not %s", what)
		}
	}
}
