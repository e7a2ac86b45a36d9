package shmarena

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// crashEnv has this test binary be the process that is killed.
const crashEnv = "SHMARENA_CRASH"

// init runs on the main thread of the process, so strace need not follow others,
// for each of which it would count anew.
func init() {
	if name := os.Getenv(crashEnv); name != "" {
		createAndLeave(name)
	}
}

// The system calls between the marks are those of Create; they are looked for
// in strace's output as the two opens of a file that is not there.
const crashMark = "/nonexistent/shmarena-mark"

// a creator is killed at each of its system calls. The name is
// absent, or leads to a whole arena, which a Sweep takes away.
func TestCreateCrash(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	calls := createCalls(t, strace)
	if len(calls) < 10 {
		t.Fatalf("only %d system calls in Create: %v", len(calls), calls)
	}
	whole := 0
	for _, c := range calls {
		if crashAt(t, strace, c) {
			whole++
		}
	}
	t.Logf("killed at %d system calls (%v); %d times the arena was there", len(calls), calls, whole)
	if whole != 1 { // the last call is the mark, after the link
		t.Error("the arena is to be there after the link only")
	}
}

// createAndLeave creates an arena and exits without closing it.
func createAndLeave(name string) {
	_, _ = os.Stat(crashMark)
	_, err := Create(Options{Name: name, Size: 1 << 20})
	_, _ = os.Stat(crashMark)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// call is the n-th system call of its kind in a process.
type call struct {
	name string
	n    int
}

// createCalls lists the system calls of Create, in order, and the one after.
func createCalls(t *testing.T, strace string) []call {
	name := leaktest.Name("crash")
	out, err := crashCommand(strace, name, "-o", "/dev/stdout").Output()
	if err != nil {
		t.Skipf("strace cannot be used: %v", err)
	}
	if err := Unlink(name); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^\d* *(\w+)\(`)
	seen := map[string]int{}
	var calls []call
	marks := 0
	for l := range strings.Lines(string(out)) {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		seen[m[1]]++
		if marks == 1 && m[1] != "futex" { // of which the runtime makes some of its own
			calls = append(calls, call{m[1], seen[m[1]]})
		}
		if strings.Contains(l, crashMark) {
			marks++
		}
	}
	return calls
}

// crashCommand runs the creator under strace.
func crashCommand(strace, name string, args ...string) *exec.Cmd {
	args = append([]string{"-qq"}, args...)
	args = append(args, os.Args[0])
	c := exec.Command(strace, args...)
	c.Env = append(os.Environ(), crashEnv+"="+name, "GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1", "GOGC=off")
	return c
}

// crashAt kills the creator as it enters a system call and reports whether the
// arena was there.
func crashAt(t *testing.T, strace string, c call) bool {
	t.Helper()
	name := leaktest.Name("crash")
	if !killAt(t, strace, name, c) {
		return false
	}
	a, err := Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err != nil {
		t.Errorf("killed at %v: open: %v", c, err)
		return false
	}
	defer Unlink(name)
	if err := a.Verify(); err != nil {
		t.Errorf("killed at %v: %v", c, err)
	}
	if x, err := Alloc[int64](a, 1000); err != nil || x.Slice()[999] != 0 {
		t.Errorf("killed at %v: alloc: %v", c, err)
	}
	if n := a.Stats().Members; n != 1 {
		t.Errorf("killed at %v: %d members", c, n)
	}
	if err := a.Unlink(); err != nil {
		t.Errorf("killed at %v: %v", c, err)
	}
	if err := a.Close(); err != nil {
		t.Errorf("killed at %v: %v", c, err)
	}
	return true
}

// killAt runs the creator until it is killed there. The runtime's own calls of
// the same kind may vary in number, so that it can take more than one run.
func killAt(t *testing.T, strace, name string, c call) bool {
	t.Helper()
	inject := fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", c.name, c.n)
	for range 5 {
		if crashCommand(strace, name, "-o", "/dev/null", "-e", inject).Run() != nil {
			return true
		}
		if err := Unlink(name); err != nil {
			t.Error(err)
		}
	}
	t.Logf("never killed at %v", c)
	return false
}
