package shmarena

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pidEnv says what this process is to do in a PID namespace of its own.
const pidEnv = "SHMARENA_PIDS"

// inPIDNamespace is a command that runs a test of this binary as process 1 of a PID
// namespace, with its own /proc and, if it is to be alone, its own /dev/shm.
func inPIDNamespace(t *testing.T, test, env string, own bool) *exec.Cmd {
	t.Helper()
	script := `mount -t proc proc /proc && `
	if own {
		script += `mount -t tmpfs tmpfs /dev/shm && `
	}
	args := []string{"-m", "--pid", "--fork", "--kill-child", "sh", "-c", script + `exec "$0" "$@"`}
	if os.Geteuid() != 0 {
		args = append([]string{"-r"}, args...)
	}
	if err := exec.Command("unshare", append(args, "true")...).Run(); err != nil {
		t.Skipf("NOT TESTED: PID namespaces: this process may not make one: %v", err)
	}
	c := exec.Command("unshare", append(args, os.Args[0], "-test.run="+test, "-test.v")...)
	c.Env = append(os.Environ(), pidEnv+"="+env)
	if own {
		c.Env = append(c.Env, smallEnv+"=1")
	}
	return c
}

// The number of a dead owner is given to another process, which lives: the owner is
// dead all the same.
func TestPIDReuse(t *testing.T) {
	if os.Getenv(pidEnv) == "" {
		out, err := inPIDNamespace(t, "^TestPIDReuse$", "reuse", true).CombinedOutput()
		if err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	p, name := startOwner(t, "reused")
	pid := p.PID()
	p.Kill()
	impostor := startWithPID(t, pid)
	defer func() { _ = impostor.Process.Kill(); _ = impostor.Wait() }()
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the number is nobody's: %v", err)
	}
	i, err := Inspect(name)
	if err != nil || len(i.Members) != 1 || int(i.Members[0].PID) != pid || i.Alive() {
		t.Errorf("%+v, %v", i, err)
	}
	if r, err := Sweep(); err != nil || len(r.Removed) != 1 || exists(name) {
		t.Errorf("%+v, %v", r, err)
	}
}

// startWithPID starts a process that has a number which is free. Others may take it
// first, so it is tried again.
func startWithPID(t *testing.T, pid int) *exec.Cmd {
	t.Helper()
	for range 100 {
		if err := os.WriteFile("/proc/sys/kernel/ns_last_pid", []byte(strconv.Itoa(pid-1)), 0); err != nil {
			t.Fatal(err)
		}
		c := exec.Command("sleep", "1000")
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if c.Process.Pid == pid {
			return c
		}
		_ = c.Process.Kill()
		_ = c.Wait()
	}
	t.Fatalf("no process got number %d", pid)
	return nil
}

// Members in different PID namespaces see each other live and die.
func TestPIDNamespaces(t *testing.T) {
	if name := os.Getenv(pidEnv); name != "" {
		beForeigner(t, name)
		return
	}
	a := named(t, "foreign", 1<<20)
	c := inPIDNamespace(t, "^TestPIDNamespaces$", a.Name(), false)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	startUntil(t, c, "attached")
	defer func() { _ = c.Wait() }()
	if n := a.Stats().Members; n != 2 {
		t.Errorf("%d members", n)
	}
	killChild(t, c.Process.Pid)
	for limit := time.Now().Add(time.Minute); a.Stats().Members != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("the foreigner never died")
		}
	}
	if _, err := a.Reap(); err != nil {
		t.Error(err)
	}
	if err := a.Verify(); err != nil {
		t.Error(err)
	}
}

// startUntil starts a command and returns when it has said a line.
func startUntil(t *testing.T, c *exec.Cmd, line string) {
	t.Helper()
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == line {
			return
		}
	}
	t.Fatalf("%v has ended before it said %q", c, line)
}

// killChild kills the only child of a process.
func killChild(t *testing.T, pid int) {
	t.Helper()
	id := strconv.Itoa(pid)
	text, err := os.ReadFile("/proc/" + id + "/task/" + id + "/children")
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err == nil {
		err = syscall.Kill(child, syscall.SIGKILL)
	}
	if err != nil {
		t.Fatalf("children %q: %v", text, err)
	}
}

// beForeigner attaches the arena and sees its other member live, whose number means
// nothing here.
func beForeigner(t *testing.T, name string) {
	a, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := a.Stats().Members; n != 2 || os.Getpid() > 1000 {
		t.Fatalf("%d members, process %d", n, os.Getpid())
	}
	if _, err := Create(Options{Name: name, Size: 1}); !errors.Is(err, os.ErrExist) {
		t.Fatal(err)
	}
	os.Stdout.WriteString("attached\n")
	_, _ = os.Stdin.Read(make([]byte, 1))
}
