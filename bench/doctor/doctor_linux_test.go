package doctor

import (
	"os"
	"strings"
	"testing"
)

// Where the tests run arenas work, so nothing fails; each check has a name of its
// own, says what it found, and what to do if it is not well.
func TestRun(t *testing.T) {
	names := map[string]bool{}
	for _, c := range Run() {
		if c.Status == Fail || c.Found == "" || names[c.Name] || (c.Status == OK) != (c.Advice == "") {
			t.Errorf("%+v", c)
		}
		names[c.Name] = true
	}
	if len(names) < 17 {
		t.Errorf("%d checks", len(names))
	}
}

func TestKernel(t *testing.T) {
	for release, want := range map[string]Status{
		"6.18.0-x": OK, "5.16.1": OK, "5.15.0-91-generic": Warn, "5.14": Warn, "5.13.19": Fail, "4.19.0": Fail, "strange": Warn,
	} {
		if got := kernel(release); got.Status != want {
			t.Errorf("%s: %+v", release, got)
		}
	}
}

func TestSandbox(t *testing.T) {
	for _, c := range []struct{ version, status, want string }{
		{"Linux version 6.8.0 (gcc)", "Name:\tx\nSeccomp:\t0\n", "none"},
		{"Linux version 6.8.0 (gcc)", "Name:\tx\nSeccomp:\t2\n", "seccomp"},
		{"Linux version 5.15.90.1-microsoft-standard-WSL2", "", "WSL"},
		{"Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016", "", "gVisor"},
	} {
		if got := sandbox(c.version, c.status); !strings.Contains(got.Found, c.want) {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}

// A directory that cannot hold arenas is a warning that says what to do.
func TestShm(t *testing.T) {
	for dir, want := range map[string]string{"/proc": "not a tmpfs", t.TempDir() + "/absent": "no such file"} {
		if c := shm(dir); c.Status != Warn || !strings.Contains(c.Found, want) || !strings.Contains(c.Advice, "mount") {
			t.Errorf("%s: %+v", dir, c)
		}
	}
	if c := tmpfile("/proc"); c.Status != Warn {
		t.Errorf("%+v", c)
	}
	before, err := os.ReadDir("/dev/shm")
	if err != nil {
		t.Fatal(err)
	}
	if c := tmpfile("/dev/shm"); c.Status != OK {
		t.Errorf("%+v", c)
	}
	for _, e := range before {
		if strings.HasPrefix(e.Name(), "shmbench-doctor") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

func TestMountOptions(t *testing.T) {
	const mounts = "tmpfs /dev/shm tmpfs rw,size=1k 0 0\nproc /proc proc rw 0 0\ntmpfs /dev/shm tmpfs rw,nosuid,size=65536k 0 0\n"
	if got := mountOptions(mounts, "/dev/shm"); got != "tmpfs rw,nosuid,size=65536k" {
		t.Error(got)
	}
	if got := mountOptions(mounts, "/tmp"); got != "not a mount of its own" {
		t.Error(got)
	}
}

func TestWorst(t *testing.T) {
	a, b, c := ok("a", "x"), warn("b", "x", "y"), fail("c", "x", "y")
	for _, k := range []struct {
		all  []Check
		want Status
	}{{nil, OK}, {[]Check{a}, OK}, {[]Check{b, a}, Warn}, {[]Check{b, c, a}, Fail}} {
		if got := Worst(k.all); got != k.want {
			t.Errorf("%v: %v", k.all, got)
		}
	}
}

func TestWrite(t *testing.T) {
	var out strings.Builder
	if err := Write(&out, []Check{ok("this", "there"), warn("that", "missing", "mount it")}); err != nil {
		t.Fatal(err)
	}
	if want := "ok    this  there\nwarn  that  missing\n            -> mount it\n"; out.String() != want {
		t.Errorf("%q", out.String())
	}
}
