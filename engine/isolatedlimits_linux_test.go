package engine

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/shmarena"
)

// tryIsolated has an isolated call try what limits may forbid, in both modes.
func tryIsolated(t *testing.T, l limits.Limits, f func(t *testing.T, a attempt, items []limits.Item)) {
	for _, cfg := range []Config{{Workers: 1}, {Workers: 1, Mode: Goroutines}} {
		t.Run(name(cfg), func(t *testing.T) {
			g := ground{t.TempDir(), t.TempDir()}
			for _, name := range []string{"old", "secret"} {
				if err := os.WriteFile(filepath.Join(g.Dir, name), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cfg.ArenaSize, cfg.Limits = 16<<20, l
			if l.Files.NoWrites {
				cfg.Limits.Files.Writable = []string{g.Allowed}
			}
			e := start(t, cfg)
			text, err := attemptFunc.Isolated().Call(deadline(t, patience), e, g)
			var a attempt
			if err == nil {
				err = json.Unmarshal([]byte(text), &a)
			}
			if err != nil {
				t.Fatal(err)
			}
			x := share(t, e, randoms(1000)) // what it may have of the arena it still has
			if r, err := callIsolated(t, e, isolatedArgs{What: "sum", X: InOf(x)}); err != nil || r.Sum != sum(x.Slice()) {
				t.Errorf("a column: %v, %v", r.Sum, err)
			}
			var items []limits.Item
			if rs := e.Report(); len(rs) > 0 && rs[len(rs)-1].Worker == -1 {
				items = rs[len(rs)-1].Items
			}
			f(t, a, items)
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			if rs := e.Report(); len(rs) > 0 && len(rs[len(rs)-1].Items) != len(items) {
				t.Errorf("after Close: %v", rs)
			}
		})
	}
}

// The process of an isolated call is bound as workers are, before its function runs.
func TestIsolatedLimits(t *testing.T) {
	l := limits.Limits{
		Nice: 6, Files: limits.Files{NoWrites: true, NoReads: true}, Deny: limits.AllCalls, CPUs: [][]int{{}},
		Rlimits: map[limits.Resource]uint64{limits.NoFile: 61, limits.Core: 0, limits.FSize: 1 << 20},
	}
	tryIsolated(t, l, func(t *testing.T, a attempt, items []limits.Item) {
		if len(items) != 6 { // nice, files, three resources, calls
			t.Fatalf("the report has %v", items)
		}
		landlock := true
		for _, it := range items {
			if landlock = landlock && it.Applied; !it.Applied && !strings.HasPrefix(it.What, "files") {
				t.Error(it)
			}
		}
		for what, text := range map[string]string{"exec": a.Exec, "socket": a.Socket, "ptrace": a.Ptrace, "unshare": a.Unshare} {
			if !strings.Contains(text, "operation not permitted") {
				t.Errorf("%s: %q", what, text)
			}
		}
		for what, text := range map[string]string{"write": a.Write, "mkdir": a.Make, "remove": a.Remove, "read": a.Read} {
			if landlock && !strings.Contains(text, "permission denied") {
				t.Errorf("%s: %q", what, text)
			}
		}
		if a.Allowed != "" || a.NoFile != 61 || a.Core != 0 {
			t.Errorf("%+v", a)
		}
		for i := range a.Threads {
			if a.Nice[i] != 6 || a.Seccomp[i] != "2" {
				t.Errorf("thread %d: nice %d, seccomp mode %s", i, a.Nice[i], a.Seccomp[i])
			}
		}
	})
	tryIsolated(t, limits.Limits{}, func(t *testing.T, a attempt, items []limits.Item) {
		if a.Write+a.Make+a.Remove+a.Read+a.Socket+a.Unshare != "" || a.Seccomp[0] != "0" || items != nil {
			t.Errorf("without limits: %+v, %v", a, items)
		}
	})
}

// An array is for reading only in an isolated call, also for who opens its file anew.
func TestIsolatedLimitsOfTheArena(t *testing.T) {
	for _, l := range []limits.Limits{{}, {Files: limits.Files{NoWrites: true}}} {
		e := start(t, Config{Workers: 1, Mode: Goroutines, ArenaSize: 16 << 20, Backing: shmarena.BackingShm, Limits: l})
		text, err := reopenFunc.Isolated().Call(deadline(t, patience), e, struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		if rs := e.Report(); l.Files.NoWrites && (len(rs) != 1 || !rs[0].Items[0].Applied) {
			t.Skip("no Landlock here:", rs)
		}
		if denied := strings.Contains(text, "permission denied"); denied != l.Files.NoWrites {
			t.Errorf("%+v: opened for writing: %q", l.Files, text)
		}
	}
}

// A call whose limits cannot be had does not begin, where they must be.
func TestIsolatedLimitsThatCannotBeHad(t *testing.T) {
	l := limits.Limits{Cgroup: limits.Cgroup{Parent: t.TempDir(), MemoryMax: 1 << 30}}
	e := start(t, Config{Workers: 1, Mode: Goroutines, ArenaSize: 1 << 20, Limits: l})
	if _, err := callIsolated(t, e, isolatedArgs{What: "echo"}); err != nil {
		t.Error(err)
	}
	if rs := e.Report(); len(rs) != 1 || rs[0].Worker != -1 || len(rs[0].Items) != 1 || rs[0].Items[0].Applied {
		t.Errorf("%v", rs)
	}
	l.Strict = true
	e = start(t, Config{Workers: 1, Mode: Goroutines, ArenaSize: 1 << 20, Limits: l})
	_, err := callIsolated(t, e, isolatedArgs{What: "echo"})
	if !errors.Is(err, ErrWorkerStart) {
		t.Errorf("strict: %v", err)
	}
	wantText(t, err, "not to be had")
}

// The process of an isolated call is in a cgroup of its own, which is gone after Close.
func TestIsolatedLimitCgroup(t *testing.T) {
	parent := cgroups(t)
	e := start(t, Config{Workers: 1, Mode: Goroutines, ArenaSize: 1 << 20, Limits: limits.Limits{Cgroup: limits.Cgroup{Parent: parent}}})
	seen := map[string]bool{}
	for range 4 {
		text, err := attemptFunc.Isolated().Call(deadline(t, patience), e, ground{t.TempDir(), t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		var a attempt
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		_, at, _ := strings.Cut(a.Cgroup, isolatedCgroup())
		seen[at] = true
		if at == "" {
			t.Errorf("it is in %q", a.Cgroup)
		}
	}
	if len(seen) > 3 { // a process for each call and two spares: places are used again
		t.Errorf("cgroups %v", seen)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(parent, "shmengine-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
