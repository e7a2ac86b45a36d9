package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// start starts the command with a run that does not end, and waits until it has
// begun to measure.
func start(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	path, err := link(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that its orphans are told from ours
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	// The line of meta comes when all systems are there.
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err, &stderr)
	}
	return cmd, &stderr
}

// children returns the live processes whose parent is pid, and theirs.
func children(t *testing.T, pid int) (all []int) {
	t.Helper()
	lists, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for _, word := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			all = append(append(all, child), children(t, child)...)
		}
	}
	return all
}

// awaitGone waits until processes have ended. There is no upper time to meet;
// a minute means never.
func awaitGone(t *testing.T, pids []int) {
	t.Helper()
	limit := time.Now().Add(time.Minute)
	for _, pid := range pids {
		for running(pid) {
			if time.Now().After(limit) {
				t.Fatalf("process %d was left behind", pid)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func running(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(text[max(0, bytes.LastIndexByte(text, ')')):], []byte(") "))
	return len(rest) > 0 && rest[0] != 'Z' && rest[0] != 'X'
}

// Runs that do not end by themselves, and how many processes they have at least.
var (
	endless     = []string{"--json", "--size", "8MiB", "--reps", "10000", "--workers", "2"}
	endlessLock = []string{"lock", "--json", "--reps", "1000", "--seconds", "3600"}
)

const (
	endlessWorkers     = 6 // two of the engine, two of each pipe system
	endlessLockWorkers = 5 // four of futex, one of sync; four of C where there is a compiler
)

func TestSignalsEndItCleanly(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		endCleanly(t, sig, endlessWorkers, endless...)
		endCleanly(t, sig, endlessLockWorkers, endlessLock...)
	}
}

func endCleanly(t *testing.T, sig syscall.Signal, least int, args ...string) {
	t.Helper()
	cmd, stderr := start(t, args...)
	workers := children(t, cmd.Process.Pid)
	if len(workers) < least {
		t.Errorf("%d workers are there", len(workers))
	}
	if err := cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		t.Errorf("%v: %v, want exit code %d", sig, err, exitInterrupted)
	}
	if stderr.String() != "shmbench: interrupted\n" {
		t.Errorf("%v: stderr %q", sig, stderr)
	}
	awaitGone(t, workers)
}

// TestKilledLeavesNothing kills the command with -9, alone.
func TestKilledLeavesNothing(t *testing.T) {
	for _, args := range [][]string{endless, {"--json", "--size", "8MiB", "--chaos", "kill=10000", "--workers", "2"}, endlessLock} {
		cmd, _ := start(t, args...)
		workers := children(t, cmd.Process.Pid)
		if len(workers) == 0 {
			t.Error("no workers are there")
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		awaitGone(t, workers)
	}
}
