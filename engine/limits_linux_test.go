package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// try starts an engine with limits, has a worker try, and returns the report.
func try(t *testing.T, l limits.Limits, workers int) (all []attempt, e *Engine) {
	t.Helper()
	g := ground{t.TempDir(), t.TempDir()}
	for _, name := range []string{"old", "secret"} {
		if err := os.WriteFile(filepath.Join(g.Dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range l.Files.Writable {
		l.Files.Writable[i] = g.Allowed
	}
	e = start(t, Config{Workers: workers, ArenaSize: 1 << 20, Limits: l})
	for range workers {
		var a attempt
		text := must[string](t)(attemptFunc.Submit(t.Context(), e, g))
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	return all, e
}

// holds fails the test unless an item of every worker's report says that it was applied.
func holds(t *testing.T, e *Engine, what string) {
	t.Helper()
	rs := e.Report()
	if len(rs) != e.Workers() {
		t.Fatalf("reports of %d workers of %d", len(rs), e.Workers())
	}
	for _, r := range rs {
		found := false
		for _, it := range r.Items {
			found = found || strings.HasPrefix(it.What, what) && it.Applied
		}
		if !found {
			t.Errorf("%q was not applied: %v", what, r.Items)
		}
	}
}

// Without limits a worker may do all of it, so that what is refused below is refused by them.
func TestNoLimits(t *testing.T) {
	all, e := try(t, limits.Limits{}, 1)
	a := all[0]
	if a.Write+a.Make+a.Remove+a.Allowed+a.Read+a.Socket+a.Unshare != "" {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(a.Exec, "no such file") || !strings.Contains(a.Ptrace, "no such process") {
		t.Errorf("exec %q, ptrace %q", a.Exec, a.Ptrace)
	}
	if a.Seccomp[0] != "0" || e.Report() != nil {
		t.Errorf("%+v, %v", a, e.Report())
	}
}

// CPUs and niceness are those of every thread, also of those that the runtime started
// before main.
func TestLimitThreads(t *testing.T) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		t.Fatal(err)
	}
	cpu := 0
	for !set.IsSet(cpu) {
		cpu++
	}
	all, e := try(t, limits.Limits{CPUs: [][]int{{cpu}}, Nice: 7}, 1)
	for _, a := range all {
		if a.Threads < 3 || len(a.CPUs) != a.Threads || len(a.Nice) != a.Threads {
			t.Fatalf("%+v", a)
		}
		for i := range a.Threads {
			if a.CPUs[i] != fmt.Sprint(cpu) || a.Nice[i] != 7 {
				t.Errorf("thread %d: CPUs %s, nice %d", i, a.CPUs[i], a.Nice[i])
			}
		}
	}
	holds(t, e, "CPUs")
	holds(t, e, "nice 7")
}

func TestLimitRlimits(t *testing.T) {
	all, e := try(t, limits.Limits{Rlimits: map[limits.Resource]uint64{limits.NoFile: 77, limits.Core: 0}}, 1)
	if a := all[0]; a.NoFile != 77 || a.Core != 0 {
		t.Errorf("%+v", a)
	}
	holds(t, e, "rlimit nofile 77")
	holds(t, e, "rlimit core 0")
}

func TestLimitFiles(t *testing.T) {
	for _, reads := range []bool{false, true} {
		l := limits.Limits{Files: limits.Files{NoWrites: true, Writable: []string{"here"}, NoReads: reads}}
		all, e := try(t, l, 2)
		if rs := e.Report(); !rs[0].Items[0].Applied && strings.Contains(rs[0].Items[0].Why, "kernel") {
			t.Skip("no Landlock here:", rs[0].Items[0])
		}
		for _, a := range all {
			for what, text := range map[string]string{"write": a.Write, "mkdir": a.Make, "remove": a.Remove} {
				if !strings.Contains(text, "permission denied") {
					t.Errorf("%s: %q", what, text)
				}
			}
			if a.Allowed != "" || strings.Contains(a.Read, "permission denied") != reads {
				t.Errorf("allowed: %q, read: %q", a.Allowed, a.Read)
			}
		}
		holds(t, e, "files")
	}
}

func TestLimitCalls(t *testing.T) {
	all, e := try(t, limits.Limits{Deny: limits.AllCalls}, 2)
	for _, a := range all {
		for what, text := range map[string]string{"exec": a.Exec, "socket": a.Socket, "ptrace": a.Ptrace, "unshare": a.Unshare} {
			if !strings.Contains(text, "operation not permitted") {
				t.Errorf("%s: %q", what, text)
			}
		}
		if a.Write+a.Read != "" {
			t.Errorf("files: %+v", a)
		}
		for i, mode := range a.Seccomp {
			if mode != "2" {
				t.Errorf("thread %d has seccomp mode %s", i, mode)
			}
		}
	}
	holds(t, e, "deny exec, network, trace, admin")
}

// All of it at once, and what a replaced worker has.
func TestLimitsOfReplacements(t *testing.T) {
	l := limits.Limits{
		Nice: 5, Files: limits.Files{NoWrites: true}, Deny: limits.Exec | limits.Trace,
		Rlimits: map[limits.Resource]uint64{limits.NoFile: 64, limits.Data: 1 << 30}, CPUs: [][]int{{}},
	}
	_, e := try(t, l, 1)
	for range 2 {
		pid := e.WorkerPIDs()[0]
		if err := killProcess(pid); err != nil {
			t.Fatal(err)
		}
		text := must[string](t)(attemptFunc.Submit(t.Context(), e, ground{t.TempDir(), t.TempDir()}))
		var a attempt
		if err := json.Unmarshal([]byte(text), &a); err != nil {
			t.Fatal(err)
		}
		if a.NoFile != 64 || a.Nice[0] != 5 || a.Seccomp[0] != "2" || !strings.Contains(a.Exec, "not permitted") {
			t.Errorf("%+v", a)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if rs := e.Report(); len(rs) != 1 {
		t.Errorf("after Close: %v", rs)
	}
}

// A named arena in /dev/shm can still be opened by a worker that may write nowhere.
func TestLimitsWithNamedArena(t *testing.T) {
	name := leaktest.Name("limited")
	e := start(t, Config{Workers: 1, Name: name, ArenaSize: 1 << 20, Limits: limits.Limits{Files: limits.Files{NoWrites: true, NoReads: true}}})
	must[int](t)(squareFunc.Submit(t.Context(), e, 2))
	if err := e.Arena().Unlink(); err != nil {
		t.Error(err)
	}
}

// What cannot be had is said, and with Strict nothing starts.
func TestLimitsThatCannotBeHad(t *testing.T) {
	l := limits.Limits{Cgroup: limits.Cgroup{Parent: t.TempDir(), MemoryMax: 1 << 30}}
	e := start(t, Config{Workers: 1, ArenaSize: 1 << 20, Limits: l})
	items := e.Report()[0].Items
	if len(items) != 1 || items[0].Applied || !strings.Contains(items[0].Why, "no cgroup file system") {
		t.Errorf("%v", items)
	}
	l.Strict = true
	_, err := Start(deadline(t, patience), Config{Workers: 1, ArenaSize: 1 << 20, Limits: l})
	if !errors.Is(err, ErrWorkerStart) {
		t.Errorf("strict: %v", err)
	}
	wantText(t, err, "not to be had")
	for _, cfg := range []Config{
		{Mode: Goroutines, Limits: limits.Limits{Nice: 40}}, {Limits: limits.Limits{Nice: 40}}, {Limits: limits.Limits{Deny: 1 << 9}},
	} {
		if _, err := Start(t.Context(), cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
		}
	}
}

// cgroups is where this system has cgroups of version 2 that a test may make some in.
func cgroups(t *testing.T) string {
	text, _ := os.ReadFile("/proc/self/mounts")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 3 || f[2] != "cgroup2" {
			continue
		}
		dir, err := os.MkdirTemp(f[1], "shmengine-test")
		if err == nil {
			t.Cleanup(func() {
				if err := os.Remove(dir); err != nil {
					t.Error(err)
				}
			})
			return dir
		}
	}
	t.Skip("no cgroups of version 2 that this user may make")
	return ""
}

// A worker is in a cgroup of its own, which is gone after Close; bounds whose controller
// is not there are not applied, and it is said why.
func TestLimitCgroup(t *testing.T) {
	parent := cgroups(t)
	all, e := try(t, limits.Limits{Cgroup: limits.Cgroup{Parent: parent, MemoryMax: 512 << 20, CPUMax: 0.5}}, 1)
	if want := filepath.Base(parent) + "/" + cgroupName() + "-0"; !strings.Contains(all[0].Cgroup, want) {
		t.Errorf("it is in %q, want %s", all[0].Cgroup, want)
	}
	holds(t, e, "cgroup")
	for _, it := range e.Report()[0].Items {
		t.Log(it)
		if !it.Applied && !strings.Contains(it.Why, "controller") {
			t.Error(it)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(filepath.Join(parent, "shmengine-*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// What a peer has written where a report should be is an item, whatever it is.
func TestHostileReport(t *testing.T) {
	for _, b := range [][]byte{make([]byte, 8), {255, 255, 255, 255, 1, 2}, []byte("\x02\x00\x00\x00[]xx"), []byte("\x02\x00\x00\x00{}xx"), {1, 0, 0, 0, '[', 0}} {
		items := readReport(b)
		if string(b[4:6]) == "[]" != (len(items) == 0) {
			t.Errorf("%q: %v", b, items)
		}
	}
}
