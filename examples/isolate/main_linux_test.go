//go:build cgo

package main

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

func TestMain(m *testing.M) {
	engine.Init()
	leaktest.Main(m)
}

func TestCrashesAreErrors(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`^"\+5\+7":  12
"\+5\*2":  10
"\+5/0":  crashed: SIGFPE: .*
"\+5\?1":  crashed: SIGSEGV: segmentation violation, exit code 2
"\+1\+1":  2
$`)
	if !want.MatchString(out.String()) {
		t.Errorf("printed\n%s", out.String())
	}
}

// The error says where the fault was.
func TestFaultOfC(t *testing.T) {
	e, err := engine.Start(t.Context(), engine.Config{Mode: engine.Goroutines, Workers: 1, ArenaSize: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	_, err = calculate.Isolated().Call(t.Context(), e, []byte("+5?1"))
	var crash *engine.WorkerError
	if !errors.As(err, &crash) || crash.Fault == nil || crash.Fault.Address != 0 || crash.Kernel != "calculate" {
		t.Errorf("%v", err)
	}
}
