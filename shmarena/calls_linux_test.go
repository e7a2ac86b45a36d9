package shmarena

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// ops are what is killed at each of its system calls. prepare is done before, in
// the same process.
var ops = map[string]struct {
	opens bool // the arena is there, and opened first
	do    func(name string, a *Arena, x Array[byte]) error
}{
	"create": {false, func(name string, _ *Arena, _ Array[byte]) error {
		return second(Create(Options{Name: name, Size: 4 << 20}))
	}},
	"open":     {false, func(name string, _ *Arena, _ Array[byte]) error { return second(Open(name)) }},
	"read":     {false, func(name string, _ *Arena, _ Array[byte]) error { return second(OpenReadOnly(name)) }},
	"sweep":    {false, func(string, *Arena, Array[byte]) error { return second(Sweep()) }},
	"alloc":    {true, func(_ string, a *Arena, _ Array[byte]) error { return second(Alloc[byte](a, 1<<20)) }},
	"free":     {true, func(_ string, _ *Arena, x Array[byte]) error { return x.Free() }},
	"grow":     {true, func(_ string, _ *Arena, x Array[byte]) error { return second(x.Resize(2 << 20)) }},
	"freeze":   {true, func(_ string, _ *Arena, x Array[byte]) error { return x.Freeze() }},
	"snapshot": {true, func(_ string, _ *Arena, x Array[byte]) error { return errors.Join(x.Freeze(), second(x.Snapshot())) }},
	"unlink":   {true, func(_ string, a *Arena, _ Array[byte]) error { return a.Unlink() }},
	"close":    {true, func(_ string, a *Arena, _ Array[byte]) error { return a.Close() }},
}

// caller does one thing, system call by system call.
var caller = reexec.Register("caller", func(c *reexec.Child) {
	op, name := ops[c.Args[0]], c.Args[1]
	var a *Arena
	var x Array[byte]
	var err error
	if op.opens {
		if a, err = Open(name); err == nil {
			x, err = Lookup[byte](a, "x")
		}
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	stepkill.Region(c, func() { err = op.do(name, a, x) })
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// kill -9 before and after every system call of each of these. The
// name is absent, or leads to a whole arena in which survivors go on; a Sweep takes
// it away; and all bytes of /dev/shm return. The last is counted in a /dev/shm of
// the test's own, since others use that of the machine.
func TestKilledAtEachCall(t *testing.T) {
	if alone(t, "^TestKilledAtEachCall$") {
		return
	}
	for op := range ops {
		t.Run(op, func(t *testing.T) { killAtCalls(t, op, os.Getenv(smallEnv) != "") })
	}
}

// alone runs a test with a /dev/shm of its own, in which nobody else's arenas come
// and go, and reports whether it did: otherwise the caller does it here. It is false
// in the process that it starts, too.
func alone(t *testing.T, test string) bool {
	t.Helper()
	if os.Getenv(smallEnv) != "" {
		return false
	}
	if inOwnShm(t, test) {
		return true
	}
	t.Log("NOT ALONE in /dev/shm, so its bytes are NOT COUNTED: this process may not mount one of its own")
	return false
}

// inOwnShm runs a test with a /dev/shm of its own, if it can be had.
func inOwnShm(t *testing.T, test string) bool {
	t.Helper()
	const mount = `mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$0" "$@"`
	args := []string{"-m", "sh", "-c", mount}
	if os.Geteuid() != 0 { // as root of a user namespace, where that is allowed
		args = append([]string{"-r"}, args...)
	}
	if exec.Command("unshare", append(args, "true")...).Run() != nil {
		return false
	}
	c := exec.Command("unshare", append(args, os.Args[0], "-test.run="+test, "-test.v")...)
	c.Env = append(os.Environ(), smallEnv+"=1")
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v:\n%s", err, out)
	}
	t.Logf("%s", out)
	return true
}

func killAtCalls(t *testing.T, op string, own bool) {
	name := leaktest.Name("calls")
	before := shmFree(t)
	points := stepkill.RunCalls(t, stepkill.Config{
		Child: caller, Args: []string{op, name},
		Prepare: func() {
			if op != "create" {
				prepareCalls(t, name)
			}
		},
		Verify: func(p stepkill.Point) error {
			if err := callerDied(op, name, p); err != nil {
				return err
			}
			if after := shmFree(t); own && after != before {
				return fmt.Errorf("%d bytes free, before %d", after, before)
			}
			return nil
		},
	})
	if len(points) < 2 {
		t.Errorf("%d points: does %s call the kernel?", len(points), op)
	}
	var calls []string
	for _, p := range points {
		if c, ok := strings.CutPrefix(p.Call, "before "); ok {
			calls = append(calls, c)
		}
	}
	t.Logf("%s: %d kills, before and after %v", op, len(points), calls)
}

// prepareCalls makes an arena without members, with a block of that name in it.
func prepareCalls(t *testing.T, name string) {
	t.Helper()
	a, err := Create(Options{Name: name, Size: 4 << 20})
	if err != nil {
		t.Fatal(err)
	}
	x, err := Alloc[byte](a, 1<<20)
	if err == nil {
		err = a.Publish("x", x)
	}
	if err = errors.Join(err, x.Freeze(), x.Thaw(), a.Close()); err != nil {
		t.Fatal(err)
	}
}

// callerDied looks at what is left, uses it, and removes it.
func callerDied(op, name string, p stepkill.Point) error {
	a, err := Open(name)
	gone := op == "create" || op == "unlink" || op == "sweep"
	switch {
	case errors.Is(err, fs.ErrNotExist) && gone && (op != "create" || !p.End):
		return nil
	case err != nil:
		return err
	}
	err = errors.Join(usable(a, op), a.Close())
	if err != nil {
		return err
	}
	if _, err := Sweep(); err != nil {
		return err
	}
	if exists(name) {
		return errors.New("a Sweep leaves it")
	}
	return nil
}

// usable uses an arena whose other members are dead, to its last byte.
func usable(a *Arena, op string) error {
	if err := a.Verify(); err != nil {
		return err
	}
	if n := a.Stats().Members; n != 1 {
		return fmt.Errorf("%d members", n)
	}
	x, err := Lookup[byte](a, "x")
	if err == nil {
		err = errors.Join(a.Unpublish("x"), x.Free())
	} else if (op == "create" || op == "free" || op == "grow") && errors.Is(err, fs.ErrNotExist) {
		err = a.dropName("x")
	}
	if err != nil {
		return err
	}
	if _, err := a.FreeOrphans(); err != nil {
		return err
	}
	all, err := Alloc[byte](a, 4<<20)
	if err != nil {
		return err
	}
	return errors.Join(all.With(func(s []byte) error { s[4<<20-1] = 1; return nil }), all.Free(), a.Verify())
}

// dropName unpublishes a name that may be there.
func (a *Arena) dropName(name string) error {
	if err := a.Unpublish(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
