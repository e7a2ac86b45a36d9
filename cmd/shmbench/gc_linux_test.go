package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/doctor"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// startHolder starts a process with an arena.
func startHolder(t *testing.T, hint string) (name string, cmd *exec.Cmd) {
	t.Helper()
	name = leaktest.Name(hint)
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdEnv+"="+name)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, _ := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("it said %q", line)
	}
	return name, cmd
}

func there(name string) bool {
	_, err := os.Lstat("/dev/shm/shmarena-" + name)
	return err == nil
}

// aloneEnv says that this process has a /dev/shm of its own.
const aloneEnv = "SHMBENCH_ALONE"

// alone runs a test with a /dev/shm of its own and reports whether it did: gc removes
// the dead arenas of other tests too, and they those of this one.
func alone(t *testing.T, test string) bool {
	t.Helper()
	if os.Getenv(aloneEnv) != "" {
		return false
	}
	const mount = `mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$0" "$@"`
	args := []string{"-m", "sh", "-c", mount}
	if os.Geteuid() != 0 {
		args = append([]string{"-r"}, args...)
	}
	if exec.Command("unshare", append(args, "true")...).Run() != nil {
		t.Log("NOT ALONE in /dev/shm: this process may not mount one of its own")
		return false
	}
	c := exec.Command("unshare", append(args, os.Args[0], "-test.run="+test, "-test.v")...)
	c.Env = append(os.Environ(), aloneEnv+"=1")
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v:\n%s", err, out)
	}
	return true
}

// gcLines runs gc and returns its lines by arena.
func gcLines(t *testing.T, args ...string) map[string]listed {
	t.Helper()
	out, _ := inProcess(t, exitOK, append([]string{"gc", "--json"}, args...)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	var head struct{ Meta gcMeta }
	if err := json.Unmarshal([]byte(lines[0]), &head); err != nil || head.Meta.Suite != "gc" || head.Meta.Schema != report.SchemaVersion {
		t.Fatalf("%v: %s", err, lines[0])
	}
	all := map[string]listed{}
	for _, line := range lines[1:] {
		var l listed
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all[l.Name] = l
	}
	return all
}

// B-008, B-016: what a killed process has left is listed with its number and start,
// and removed; what a living one has, and what is no arena, stays.
func TestGC(t *testing.T) {
	if alone(t, "^TestGC$") {
		return
	}
	live, _ := startHolder(t, "gc-live")
	dead, cmd := startHolder(t, "gc-dead")
	pid := uint32(cmd.Process.Pid)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	strange := leaktest.Name("gc-strange")
	if err := os.WriteFile("/dev/shm/shmarena-"+strange, make([]byte, 5000), 0o600); err != nil {
		t.Fatal(err)
	}
	got := gcLines(t, "--dry-run")
	d, l := got[dead], got[live]
	if d.State != stateDead || d.PID != pid || d.Bytes < 1<<19 || d.Removed || !there(dead) {
		t.Errorf("dry run: %+v", d)
	}
	if age := time.Since(l.Started); l.State != stateAlive || l.PID == 0 || age < -time.Minute || age > time.Hour {
		t.Errorf("alive: %+v", l)
	}
	if s := got[strange]; s.State != stateUnknown || !strings.Contains(s.Problem, "not an arena") {
		t.Errorf("strange: %+v", s)
	}
	if got = gcLines(t); !got[dead].Removed || got[live].Removed || got[strange].Removed {
		t.Errorf("%+v", got)
	}
	if there(dead) || !there(live) || !there(strange) {
		t.Errorf("there: dead %v, live %v, strange %v", there(dead), there(live), there(strange))
	}
	out, _ := inProcess(t, exitOK, "gc")
	if !strings.Contains(out, live) || strings.Contains(out, dead) || !strings.Contains(out, "0 removed") {
		t.Errorf("%s", out)
	}
	for _, name := range []string{live, strange} {
		if err := shmarena.Unlink(name); err != nil {
			t.Error(err)
		}
	}
}

// A name at which nobody listens any more is freed, once.
func TestGCOfListeners(t *testing.T) {
	if alone(t, "^TestGCOfListeners$") {
		return
	}
	name := leaktest.Name("gc-silent")
	l, err := queue.Listen[int64, int64](name, queue.ConnOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := inProcess(t, exitOK, "gc")
	if strings.Contains(out, name) {
		t.Errorf("it listens: %s", out)
	}
	path := fmt.Sprintf("/dev/shm/shmqueue-%d/%s", os.Geteuid(), name)
	if err := os.Link(path, path+".dead"); err != nil { // is one whose listener ends, but not its name
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"gc", "--dry-run"}, "not removed"}, {[]string{"gc", "--json"}, `"removed":true`}, {[]string{"gc"}, ""},
	} {
		out, _ := inProcess(t, exitOK, c.args...)
		if told := strings.Contains(out, name+".dead"); told != (c.want != "") || !strings.Contains(out, c.want) {
			t.Errorf("%v: %s", c.args, out)
		}
	}
}

// B-017: a flipped bit is named, with exit code 1; a sound arena is 0; nothing is
// written.
func TestInspectVerify(t *testing.T) {
	name, cmd := startHolder(t, "verify")
	defer func() { _ = shmarena.Unlink(name) }()
	inProcess(t, exitOK, "inspect", "--verify", name)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	inProcess(t, exitOK, "inspect", "--verify", name)
	path := "/dev/shm/shmarena-" + name
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int]string{40: "header checksum", 256 + 16: "heap"} {
		bad := append([]byte(nil), good...)
		bad[at] ^= 1
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs := inProcess(t, exitFailed, "inspect", "--verify", name)
		if out != "" || !strings.Contains(errs, want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("byte %d: %q, %q", at, out, errs)
		}
		if after, _ := os.ReadFile(path); string(after) != string(bad) {
			t.Errorf("byte %d: the file has changed", at)
		}
	}
}

// A check that fails is exit code 4, after all lines.
func TestDoctorFails(t *testing.T) {
	all := []doctor.Check{{Name: "a", Status: doctor.OK, Found: "x"}, {Name: "b", Status: doctor.Fail, Found: "y", Advice: "z"}}
	for _, asJSON := range []bool{false, true} {
		var text strings.Builder
		out := bufio.NewWriter(&text)
		err := diagnose(out, all, asJSON)
		if exitCode(failed{err}) != exitMachine || !strings.Contains(text.String(), "z") {
			t.Errorf("%v: %q", err, text.String())
		}
		if err := diagnose(out, all[:1], asJSON); err != nil {
			t.Error(err)
		}
	}
}
