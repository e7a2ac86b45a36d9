package leaktest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if os.Getenv(leakEnv) != "" {
		patience = 100 * time.Millisecond // it will not end on its own
	}
	Main(m)
}

// leakEnv has TestLeak leave something behind, in a test binary of its own.
const leakEnv = "LEAKTEST_LEAK"

// leaks are the things that can be left behind, and the message for each.
var leaks = map[string]struct {
	leave func(*testing.T)
	want  string
}{
	"descriptor": {func(t *testing.T) { memfd(t) }, `descriptor \d+: /memfd:left`},
	"poller": {func(t *testing.T) {
		_, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		must(t, err)
	}, `descriptor \d+: anon_inode:\[eventpoll\]`},
	"mapping": {func(t *testing.T) {
		fd := memfd(t)
		_, err := unix.Mmap(fd, 0, 4096, unix.PROT_READ, unix.MAP_SHARED)
		must(t, err)
		must(t, unix.Close(fd))
	}, `mapping [0-9a-f]+-[0-9a-f]+ of /memfd:left`},
	"name": {func(t *testing.T) {
		must(t, os.WriteFile("/dev/shm/shmarena-"+Name("left"), nil, 0o600))
	}, `name /dev/shm/shmarena-t\d+-\d+-1-left`},
	"running child": {func(t *testing.T) {
		must(t, exec.Command("sleep", "1000").Start())
	}, `child \d+: running: sleep 1000`},
	"ended child": {func(t *testing.T) {
		cmd := exec.Command("true")
		must(t, cmd.Start())
		must(t, unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil))
	}, `child \d+: ended, but nobody waited for it: true`},
	"orphan": {func(t *testing.T) {
		must(t, exec.Command("sh", "-c", "sleep 1000 & exit 0").Run())
	}, `child \d+: running: (sh -c )?sleep 1000`}, // the shell's child is a shell at first
}

func TestLeak(t *testing.T) {
	what := os.Getenv(leakEnv)
	if what == "" {
		t.Skip("leaves something behind only when TestLeaksAreFound asks for it")
	}
	leaks[what].leave(t)
}

func TestLeaksAreFound(t *testing.T) {
	for what, leak := range leaks {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			code, out := runTests(t, "^TestLeak$", what)
			if code != 1 || !regexp.MustCompile(leak.want).MatchString(out) {
				t.Errorf("exit code %d, output:\n%swant code 1 and a match of %q", code, out, leak.want)
			}
			removeLeft(t, out)
		})
	}
}

// What others do at the same time is not this run's.
func TestForeignNamesAreNotOurs(t *testing.T) {
	foreign := "/dev/shm/shmarena-" + Name("foreign")
	must(t, os.WriteFile(foreign, nil, 0o600))
	defer os.Remove(foreign)
	if code, out := runTests(t, "^TestOrphanIsReaped$", ""); code != 0 {
		t.Errorf("exit code %d, output:\n%s", code, out)
	}
}

// An orphan that has ended is nobody's fault: its parent was killed.
func TestOrphanIsReaped(t *testing.T) {
	p := reexec.Start(t, middle, reexec.Options{})
	p.Expect("started")
	p.Kill()
}

var middle = reexec.Register("middle", func(c *reexec.Child) {
	cmd := exec.Command("sleep", "1000")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("started")
	c.Hear()
})

func TestNamesOfAChildAreOurs(t *testing.T) {
	p := reexec.Start(t, namer, reexec.Options{})
	name := p.Hear()
	if ok, _ := regexp.MatchString("^"+tag()+`-\d+-1-hint$`, name); !ok {
		t.Errorf("a child named its arena %q, want the tag %s", name, tag())
	}
}

var namer = reexec.Register("namer", func(c *reexec.Child) { c.Say(Name("hint")) })

func TestParseStat(t *testing.T) {
	p, ok := parseStat("42 (a) (b c) S 7 9 9 0")
	if want := (process{pid: 42, parent: 7, group: 9, state: 'S', name: "a) (b c"}); !ok || p != want {
		t.Errorf("got %+v, %v; want %+v", p, ok, want)
	}
	for _, bad := range []string{"", "42", "x (a) S 7 9", "42 (a) S", ") ("} {
		if _, ok := parseStat(bad); ok {
			t.Errorf("parsed %q", bad)
		}
	}
}

// runTests runs tests of this binary in a process of its own.
func runTests(t *testing.T, pattern, leak string) (code int, output string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run="+pattern, "-test.v")
	cmd.Env = append(os.Environ(), leakEnv+"="+leak)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its orphans are not ours
	cmd.WaitDelay = patience                              // they hold the output's pipe
	out, err := cmd.CombinedOutput()
	exit := &exec.ExitError{}
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run tests: %v", err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// removeLeft removes names that were left on purpose.
func removeLeft(t *testing.T, out string) {
	for _, path := range regexp.MustCompile(`/dev/shm/shmarena-\S+`).FindAllString(out, -1) {
		must(t, os.Remove(filepath.Clean(path)))
	}
}

func memfd(t *testing.T) int {
	fd, err := unix.MemfdCreate("left", unix.MFD_CLOEXEC)
	must(t, err)
	must(t, unix.Ftruncate(fd, 4096))
	return fd
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The workers of go test -fuzz are processes of this binary with Main in them.
func FuzzParseStat(f *testing.F) {
	f.Add("42 (a) (b c) S 7 9 9 0")
	f.Fuzz(func(t *testing.T, s string) {
		if p, ok := parseStat(s); ok && (p.pid <= 0 || p.state < 'A') {
			t.Errorf("parsed %q into no process: %+v", s, p)
		}
	})
}
