package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// smallEnv says that this process has a /dev/shm of 64 MB of its own.
const smallEnv = "SHMARENA_SMALL"

// what cannot fit is refused when it is asked for.
func TestSmallShm(t *testing.T) {
	if os.Getenv(smallEnv) == "" {
		inSmallShm(t, "^TestSmallShm$")
		return
	}
	before := shmFree(t)
	for _, o := range []Options{
		{Name: leaktest.Name("big"), Size: 128 << 20},
		{Name: leaktest.Name("exactly"), Size: 64 << 20}, // the tables come on top
		{Size: 128 << 20, Backing: BackingShm},
	} {
		_, err := Create(o)
		var full *NoSpaceError
		if !isNoSpaceErrno(err) || !errors.As(err, &full) || full.Backing != before || full.Asked <= o.Size {
			t.Errorf("%v", err)
		}
	}
	if left := shmFiles(t); left != "" || shmFree(t) != before {
		t.Errorf("left behind: %q, %d bytes free of %d", left, shmFree(t), before)
	}
	checkFallback(t, "67108864 free")
	checkFull(t)
}

// inSmallShm runs a test in a mount namespace of its own.
func inSmallShm(t *testing.T, test string) {
	t.Helper()
	const script = `mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$0" "$@"`
	c := exec.Command("unshare", "-m", "sh", "-c", script, os.Args[0], "-test.run="+test, "-test.v")
	c.Env = append(os.Environ(), smallEnv+"=1")
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small /dev/shm")
	}
	out, err := c.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "=== RUN") {
		t.Skipf("cannot mount a small /dev/shm: %v: %s", err, out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// checkFallback creates an arena that has to become a memfd, and uses it.
func checkFallback(t *testing.T, why string) {
	t.Helper()
	a := createFor(t, Options{Size: 256 << 20})
	if a.Backing() != BackingMemfd || !strings.Contains(a.Notice(), why) {
		t.Errorf("%v, %q", a.Backing(), a.Notice())
	}
	x := mustAlloc[byte](t, a, 100<<20)
	x.Slice()[100<<20-1] = 1
	mustFree(t, x)
}

// checkFull fills /dev/shm from outside: Alloc says so, and goes on after.
func checkFull(t *testing.T) {
	t.Helper()
	a := createFor(t, Options{Size: 32 << 20, Backing: BackingShm})
	before := a.Stats()
	fill := shmDir + "/fill"
	if err := os.WriteFile(fill, make([]byte, 40<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, err := Alloc[byte](a, 30<<20)
		var full *NoSpaceError
		if !isNoSpaceErrno(err) || !errors.As(err, &full) || full.Backing <= 0 || full.Cap != 32<<20 {
			t.Errorf("Alloc in a full /dev/shm: %v", err)
		}
	}
	after := a.Stats()
	after.Peak = before.Peak
	if after != before {
		t.Errorf("%+v, before %+v", after, before)
	}
	if err := os.Remove(fill); err != nil {
		t.Fatal(err)
	}
	x := mustAlloc[byte](t, a, 30<<20)
	x.Slice()[30<<20-1] = 1
	mustFree(t, x)
}

// no /dev/shm, or one that cannot be used.
func TestNoShm(t *testing.T) {
	defer func(dir string) { shmDir = dir }(shmDir)
	for dir, why := range map[string]string{
		t.TempDir() + "/absent": "no such file or directory",
		"/proc":                 "not a tmpfs",
	} {
		shmDir = dir
		checkFallback(t, why)
		for _, o := range []Options{{Name: "x", Size: 1}, {Size: 1, Backing: BackingShm}} {
			if _, err := Create(o); err == nil || !strings.Contains(err.Error(), dir) {
				t.Errorf("Create in %s: %v", dir, err)
			}
		}
		if _, err := Open("x"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Open in %s: %v", dir, err)
		}
	}
}

func TestTooLargeForTheMachine(t *testing.T) {
	for _, b := range []Backing{BackingAuto, BackingShm, BackingMemfd} {
		_, err := Create(Options{Size: 1 << 46, Backing: b})
		if !errors.Is(err, ErrNoSpace) || !isNoSpaceErrno(err) {
			t.Errorf("%v: %v", b, err)
		}
	}
}

// crowded has room for fewer and fewer descriptors.
var crowded = reexec.Register("crowded", func(c *reexec.Child) {
	name := leaktest.Name("crowded")
	kept, err := Create(Options{Name: name + "-kept", Size: 1})
	if err != nil {
		c.Fatalf("%v", err)
	}
	free, err := lowestDescriptor()
	if err != nil {
		c.Fatalf("%v", err)
	}
	failed := 0
	for room := uint64(0); room < 12; room++ {
		undo, err := limitFiles(free + room)
		if err != nil {
			c.Fatalf("%v", err)
		}
		a, err := Create(Options{Name: name, Size: 1})
		undo()
		switch {
		case isTooManyFiles(err):
			failed++
		case err != nil:
			c.Fatalf("room for %d: %v", room, err)
		default:
			if err := errors.Join(a.Unlink(), a.Close()); err != nil {
				c.Fatalf("%v", err)
			}
		}
		if now, _ := lowestDescriptor(); now != free {
			c.Fatalf("room for %d: descriptor %d is free, not %d", room, now, free)
		}
	}
	if failed == 0 || failed == 12 || exists(name) {
		c.Fatalf("%d of 12 failed, name there: %v", failed, exists(name))
	}
	crowdedOpen(c, free)
	if err := errors.Join(kept.Unlink(), kept.Close()); err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("done")
})

// crowdedOpen does the same with an arena that is there.
func crowdedOpen(c *reexec.Child, free uint64) {
	open := map[string]func(string) (*Arena, error){"Open": Open, "OpenReadOnly": OpenReadOnly}
	for what, open := range open {
		name := leaktest.Name("crowded-open")
		a, err := Create(Options{Name: name, Size: 1})
		if err == nil {
			err = a.Close()
		}
		if err != nil {
			c.Fatalf("%v", err)
		}
		failed := 0
		for room := uint64(0); room < 12; room++ {
			undo, err := limitFiles(free + room)
			if err != nil {
				c.Fatalf("%v", err)
			}
			a, err := open(name)
			undo()
			if isTooManyFiles(err) {
				failed++
			} else if err = errors.Join(err, a.Close()); err != nil {
				c.Fatalf("%s with room for %d: %v", what, room, err)
			}
			if now, _ := lowestDescriptor(); now != free {
				c.Fatalf("%s with room for %d: descriptor %d is free, not %d", what, room, now, free)
			}
		}
		if err := Unlink(name); err != nil || failed == 0 || failed == 12 {
			c.Fatalf("%s: %d of 12 failed, %v", what, failed, err)
		}
	}
}

// no descriptors left, at each point of Create and of Open.
func TestTooManyFiles(t *testing.T) {
	p := reexec.Start(t, crowded, reexec.Options{})
	p.Expect("done")
	p.Wait()
}
