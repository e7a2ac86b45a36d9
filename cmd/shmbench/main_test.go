package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/shmengine/shmengine/bench"
	"github.com/shmengine/shmengine/bench/alloc"
	"github.com/shmengine/shmengine/bench/chaos"
	"github.com/shmengine/shmengine/bench/dispatch"
	"github.com/shmengine/shmengine/bench/kernel"
	"github.com/shmengine/shmengine/bench/lock"
	"github.com/shmengine/shmengine/bench/ostour"
	"github.com/shmengine/shmengine/bench/proc"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/ring"
	"github.com/shmengine/shmengine/engine"
	"github.com/shmengine/shmengine/internal/leaktest"
)

const command = "shmbench"

// TestMain lets this binary be the command, under that name, and the workers
// that the command starts.
func TestMain(m *testing.M) {
	if name := os.Getenv(holdEnv); name != "" {
		holdArena(name)
	}
	if name := os.Getenv(engineEnv); name != "" {
		holdEngine(name)
	}
	engine.Init()
	bench.Init()
	lock.Init()
	alloc.Init()
	proc.Init()
	kernel.Init()
	ostour.Init()
	chaos.Init()
	ring.Init()
	dispatch.Init()
	if filepath.Base(os.Args[0]) == command {
		main()
	}
	leaktest.Main(m)
}

// link makes this binary the command in a directory.
func link(dir string) (path string, err error) {
	exe, err := os.Executable()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, command)
	return path, os.Symlink(exe, path)
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ndjson":    checkNDJSON,
			"lockjson":  checkLockJSON,
			"allocjson": checkAllocJSON,
			"fails":     checkFails,
			"cut":       cutFile,
			"engine":    withEngine,
			"watched":   checkWatched,
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("SAMPLE", sampleFile)
			e.Setenv("ENGINE", leaktest.Name("engine"))
			bin := filepath.Join(e.WorkDir, "bin")
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			if err := os.Mkdir(bin, 0o700); err != nil {
				return err
			}
			_, err := link(bin)
			return err
		},
		RequireExplicitExec: true,
	})
}

// checkFails runs the command, which must fail: fails CODE WORDS... -- ARGS...
// It must say one line on standard error, with the words, and nothing that
// looks like a trace or a usage text.
func checkFails(ts *testscript.TestScript, _ bool, args []string) {
	at := slices.Index(args, "--")
	if at < 1 {
		ts.Fatalf("usage: fails CODE WORDS... -- ARGS...")
	}
	var exit *exec.ExitError
	if err := ts.Exec(command, args[at+1:]...); !errors.As(err, &exit) || strconv.Itoa(exit.ExitCode()) != args[0] {
		ts.Fatalf("%v, want exit code %s", err, args[0])
	}
	text := ts.ReadFile("stderr")
	if n := strings.Count(text, "\n"); n != 1 || !strings.HasPrefix(text, "shmbench: ") {
		ts.Fatalf("%d lines on stderr:\n%s", n, text)
	}
	for _, w := range args[1:at] {
		if !strings.Contains(text, w) {
			ts.Fatalf("stderr %q does not name %q", text, w)
		}
	}
	for _, bad := range []string{"goroutine ", "panic", "Usage:"} {
		if strings.Contains(text, bad) {
			ts.Fatalf("stderr: %q", text)
		}
	}
}

// checkNDJSON parses standard output: first the meta, then figures, of which
// each of the systems must have all.
func checkNDJSON(ts *testscript.TestScript, _ bool, systems []string) {
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile("stdout")))
	var head struct{ Meta *bench.Meta }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &head) != nil || head.Meta == nil {
		ts.Fatalf("the first line is no meta: %s", lines.Text())
	}
	m := head.Meta
	if m.Schema != bench.SchemaVersion || m.Machine.Go == "" || m.Machine.Cores < 1 || m.Settings.Rows < 1 {
		ts.Fatalf("meta: %+v", m)
	}
	got := map[string]bool{}
	for lines.Scan() {
		var f bench.Measurement
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.DisallowUnknownFields()
		if err := d.Decode(&f); err != nil || f.Suite != "main" || f.Case != "flights/byhour" || f.N < 1 || f.Unit == "" {
			ts.Fatalf("%v: %s", err, lines.Text())
		}
		got[f.System+" "+f.Metric] = true
	}
	for _, s := range systems {
		for _, metric := range []string{"rows_per_s", "bytes_per_s", "copied_bytes", "syscalls"} {
			if !got[s+" "+metric] {
				ts.Fatalf("no %s of %s", metric, s)
			}
		}
	}
}

// checkLockJSON is checkNDJSON for the uncontended case of the locks.
func checkLockJSON(ts *testscript.TestScript, _ bool, systems []string) {
	m := checkSuiteJSON[lock.Settings](ts, lock.Suite, "mutex/uncontended", systems)
	if m.Settings.Reps != 1 || len(m.Settings.CPUs) < 1 {
		ts.Fatalf("meta: %+v", m)
	}
}

// checkAllocJSON is checkNDJSON for small blocks of one process.
func checkAllocJSON(ts *testscript.TestScript, _ bool, systems []string) {
	m := checkSuiteJSON[alloc.Settings](ts, alloc.Suite, "pair/64B", systems)
	if m.Settings.Reps != 1 || m.Settings.Absent["pair/64B"][alloc.SyncMap] == "" {
		ts.Fatalf("meta: %+v", m)
	}
}

// checkSuiteJSON parses the figures of one case of a suite.
func checkSuiteJSON[S any](ts *testscript.TestScript, suite, name string, systems []string) *report.Meta[S] {
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile("stdout")))
	var head struct{ Meta *report.Meta[S] }
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &head) != nil || head.Meta == nil {
		ts.Fatalf("the first line is no meta: %s", lines.Text())
	}
	m := head.Meta
	if m.Schema != report.SchemaVersion || m.Suite != suite || m.Machine.Go == "" {
		ts.Fatalf("meta: %+v", m)
	}
	got := map[string]bool{}
	for lines.Scan() {
		var f report.Measurement
		d := json.NewDecoder(strings.NewReader(lines.Text()))
		d.DisallowUnknownFields()
		if err := d.Decode(&f); err != nil || f.Suite != suite || f.Case != name || f.N < 1 || f.Unit == "" || f.Baseline == "" {
			ts.Fatalf("%v: %s", err, lines.Text())
		}
		got[f.System+" "+f.Metric] = true
	}
	for _, s := range systems {
		if !got[s+" ns_per_op"] || !got[s+" ops_per_s"] {
			ts.Fatalf("no figures of %s in %v", s, got)
		}
	}
	return m
}

// withEngine starts a process with an engine, which ends with the script: engine NAME.
func withEngine(ts *testscript.TestScript, _ bool, args []string) {
	end, err := startEngine(args[0])
	ts.Check(err)
	ts.Defer(func() { ts.Check(end()) })
}

// startEngine starts a process with an engine, which works when it returns.
func startEngine(name string) (end func() error, err error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), engineEnv+"="+name)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end = func() error { return errors.Join(stdin.Close(), cmd.Wait()) }
	for limit := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		s, err := engine.LookAt(name, false)
		if err == nil && s.Tasks > 0 {
			return end, nil
		}
		if time.Now().After(limit) {
			return nil, errors.Join(err, end())
		}
	}
}

// cutFile writes the first half of the sample's file: cut NAME.
func cutFile(ts *testscript.TestScript, _ bool, args []string) {
	data, err := os.ReadFile(sampleFile)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data[:len(data)/2], 0o600))
}

var sampleFile = func() string {
	path, err := filepath.Abs("../../bench/flights/sample.parquet")
	if err != nil {
		panic(err)
	}
	return path
}()
