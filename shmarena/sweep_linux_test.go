package shmarena

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// owner creates an arena and stays.
var owner = reexec.Register("owner", func(c *reexec.Child) {
	a, err := Create(Options{Name: c.Args[0], Size: 1 << 20})
	if err == nil {
		_, err = Alloc[byte](a, 1<<20)
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("created")
	c.Hear()
})

func startOwner(t *testing.T, hint string) (*reexec.Proc, string) {
	t.Helper()
	name := leaktest.Name(hint)
	p := reexec.Start(t, owner, reexec.Options{Args: []string{name}})
	p.Expect("created")
	return p, name
}

// dead arenas go, live ones and strange files stay: those
// of a stopped process, and those that outlive their creator in another one.
func TestSweep(t *testing.T) {
	if alone(t, "^TestSweep$") {
		return
	}
	dead := killedOwners(t, syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT)
	live := survivors(t)
	report, err := Sweep()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range report.Removed { // other tests may leave arenas of their own
		if slices.Contains(dead, s.Name) && s.Bytes <= 1<<20 {
			t.Errorf("%s had %d bytes", s.Name, s.Bytes)
		}
		if slices.Contains(live, s.Name) {
			t.Errorf("%s was removed", s.Name)
		}
	}
	if report.Bytes() <= 3<<20 || report.Live < 5 || report.Foreign < 1 {
		t.Errorf("%+v", report)
	}
	for _, name := range dead {
		if exists(name) {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range live {
		if !exists(name) {
			t.Errorf("%s is gone", name)
		}
		if err := Unlink(name); err != nil {
			t.Error(err)
		}
	}
}

// killedOwners leaves an arena for each signal that its owner died of.
func killedOwners(t *testing.T, signals ...syscall.Signal) (names []string) {
	t.Helper()
	for _, by := range signals {
		p, name := startOwner(t, "dead")
		if err := syscall.Kill(p.PID(), by); err != nil {
			t.Fatal(err)
		}
		if st := p.Wait(); st.Signal != by {
			t.Errorf("%v: %v", by, st)
		}
		names = append(names, name)
	}
	return names
}

// survivors makes everything that a Sweep must not touch.
func survivors(t *testing.T) (names []string) {
	t.Helper()
	for range 2 {
		_, name := startOwner(t, "live")
		names = append(names, name)
	}
	p, name := startOwner(t, "stopped")
	p.Stop()
	names = append(names, name)

	p, name = startOwner(t, "adopted")
	heir, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, heir)
	p.Kill()
	names = append(names, name, named(t, "own", 1).Name())

	strange := leaktest.Name("strange")
	if err := os.WriteFile(shmPath(strange), make([]byte, 70000), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(names, strange)
}

func exists(name string) bool {
	_, err := os.Lstat(shmPath(name))
	return err == nil
}

// While somebody is attaching, a Sweep leaves the arena; while a Sweep looks at
// it, nobody attaches, and then finds that the name has gone.
func TestSweepGate(t *testing.T) {
	name := leaktest.Name("gate")
	p := reexec.Start(t, owner, reexec.Options{Args: []string{name}})
	p.Expect("created")
	p.Kill()
	f, err := os.OpenFile(shmPath(name), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := enterGate(f); err != nil {
		t.Fatal(err)
	}
	if _, err := Sweep(); err != nil || !exists(name) {
		t.Errorf("%v, still there: %v", err, exists(name))
	}
	if err := sweeperGate(f); err != nil {
		t.Fatal(err)
	}
	opened := make(chan error)
	go func() {
		a, err := Open(name)
		if err == nil {
			err = errors.Join(errors.New("opened"), a.Close())
		}
		opened <- err
	}()
	if err := Unlink(name); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := <-opened; !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Open while the name goes: %v", err)
	}
}

func TestSweepLock(t *testing.T) {
	lock, err := sweepLock()
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	defer func(d time.Duration) { gatePatience = d }(gatePatience)
	gatePatience = 10 * time.Millisecond
	if _, err := Sweep(); !errors.Is(err, ErrBusy) {
		t.Errorf("Sweep during a Sweep: %v", err)
	}
}
