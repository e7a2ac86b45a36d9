package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// lockedArena is a named arena with a lock that this process holds.
func lockedArena(t *testing.T) string {
	t.Helper()
	name := leaktest.Name("inspect-command")
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Unlink(); err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	locks, err := shmarena.Alloc[futex.Mutex](a, 2)
	if err == nil {
		err = a.Publish("stock", locks)
	}
	if err == nil {
		err = locks.Slice()[1].Lock(context.Background(), a.Member())
	}
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// command runs the command in this process.
func inProcess(t *testing.T, code int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != code {
		t.Errorf("%v: exit code %d, want %d: %s", args, got, code, errs.String())
	}
	return out.String(), errs.String()
}

func TestInspect(t *testing.T) {
	name := lockedArena(t)
	pid := strconv.Itoa(os.Getpid())
	out, _ := inProcess(t, exitOK, "inspect", "--locks", name)
	for _, want := range []string{
		`"` + name + `": in use`, "0.1     " + pid, `"stock"[0]  Mutex`, "0.1 (pid " + pid + ", alive)", "the heap",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
	if out, _ := inProcess(t, exitOK, "inspect", name); strings.Contains(out, "the heap") {
		t.Errorf("locks that were not asked for:\n%s", out)
	}
	out, _ = inProcess(t, exitOK, "inspect", "--json", name)
	var seen shmarena.Inspection
	if err := json.Unmarshal([]byte(out), &seen); err != nil || seen.Name != name || len(seen.Members) != 1 {
		t.Errorf("%v: %s", err, out)
	}
}

func TestInspectRefuses(t *testing.T) {
	for _, c := range []struct {
		code int
		says string
		args []string
	}{
		{exitFailed, "no such file", []string{"inspect", leaktest.Name("none")}},
		{exitFailed, "slash", []string{"inspect", "a/b"}},
		{exitUsage, "one arena", []string{"inspect"}},
		{exitUsage, "one arena", []string{"inspect", "a", "b"}},
		{exitUsage, "unknown flag", []string{"inspect", "--lock", "a"}},
	} {
		out, errs := inProcess(t, c.code, c.args...)
		if out != "" || !strings.Contains(errs, c.says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v: %q, %q", c.args, out, errs)
		}
	}
}
