package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// die ends this process as kill -9 does.
func die() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {}
}

// dieAtFirst kills the worker that begins with row 0, and writes down who did it then.
var dieAtFirst = NewKernel("test/help/dieatfirst", Idempotent, func(t *Task, a whoArgs) error {
	if lo, _ := t.Rows(); lo == 0 && t.Attempt() == 0 && t.Worker() < 2 {
		die()
	}
	for i := range a.Who.Part(t) {
		a.Who.Part(t)[i] = int64(1000*t.Attempt() + t.Worker() + 1)
	}
	return nil
})

// Whoever helps takes no rows that a worker has died of: it would be next.
func TestHelpersLeaveWhatKills(t *testing.T) {
	e := start(t, Config{Workers: 2, Help: true})
	x := share(t, e, make([]int64, 4*LeafRows))
	for ctx := deadline(t, patience); e.Stats().Deaths < 3; {
		if err := dieAtFirst.Run(ctx, e, x.Len(), whoArgs{OutOf(x)}); err != nil {
			t.Fatal(err)
		}
		if who := x.Slice()[0]; who >= 1000 && who%1000 > 2 {
			t.Fatalf("attempt %d was made by number %d", who/1000, who%1000-1)
		}
	}
}

type wary struct {
	Path string
	Boss int64
}

// dieOnce kills the first worker that begins it, and returns who does it in the end.
var dieOnce = NewFunc("test/help/dieonce", func(_ context.Context, a wary) (int64, error) {
	pid := int64(os.Getpid())
	if _, err := os.Stat(a.Path); err != nil && pid != a.Boss {
		if err := os.WriteFile(a.Path, nil, 0o600); err != nil {
			return 0, err
		}
		die()
	}
	return pid, nil
}, Idempotent)

// Nor a task.
func TestHelpersLeaveTasksThatKill(t *testing.T) {
	e := start(t, Config{Workers: 1, Help: true})
	dir, boss := t.TempDir(), int64(os.Getpid())
	for ctx, i := deadline(t, patience), 0; e.Stats().Deaths < 3; i++ {
		a := wary{filepath.Join(dir, string(rune('a'+i%26))), boss}
		_ = os.Remove(a.Path)
		f, err := dieOnce.Submit(ctx, e, a)
		if err != nil {
			t.Fatal(err)
		}
		pid, err := f.Result(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(a.Path); err == nil && pid == boss {
			t.Fatal("a task that has killed a worker was run by who waited")
		}
	}
}
