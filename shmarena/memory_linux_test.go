package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// confined has an arena, and then no addresses for another one.
var confined = reexec.Register("confined", func(c *reexec.Child) {
	kept, err := Create(Options{Size: 1 << 20})
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := CopyIn(kept, []int64{1, 2, 3})
	if err != nil {
		c.Fatalf("%v", err)
	}
	name := leaktest.Name("confined")
	undo := limitAddresses(c, 1<<30)
	for _, o := range []Options{{Name: name, Size: 8 << 30}, {Size: 8 << 30}, {Size: 8 << 30, Backing: BackingMemfd}} {
		if _, err := Create(o); !isErrno(err, unix.ENOMEM) || errors.Is(err, ErrNoSpace) {
			c.Fatalf("Create without addresses: %v", err)
		}
	}
	if _, err := NewSealed(8<<30, func([]byte) error { return nil }); !isErrno(err, unix.ENOMEM) {
		c.Fatalf("NewSealed without addresses: %v", err)
	}
	if exists(name) || x.Slice()[2] != 3 || kept.Verify() != nil {
		c.Fatalf("name there: %v, %v", exists(name), x.Slice())
	}
	undo()
	a, err := Create(Options{Name: name, Size: 8 << 30})
	if err == nil {
		err = errors.Join(a.Unlink(), a.Close())
	}
	if err != nil {
		c.Fatalf("with addresses again: %v", err)
	}
	c.Say("done")
})

// limitAddresses leaves this process so many more bytes of addresses, and returns
// what undoes it.
func limitAddresses(c *reexec.Child, more uint64) func() {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		c.Fatalf("%v", err)
	}
	pages := uint64(0)
	for _, d := range strings.Fields(string(statm))[0] {
		pages = pages*10 + uint64(d-'0')
	}
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_AS, &old); err != nil {
		c.Fatalf("%v", err)
	}
	now := unix.Rlimit{Cur: pages*uint64(os.Getpagesize()) + more, Max: old.Max}
	if err := unix.Setrlimit(unix.RLIMIT_AS, &now); err != nil {
		c.Fatalf("%v", err)
	}
	return func() { _ = unix.Setrlimit(unix.RLIMIT_AS, &old) }
}

// mmap fails: an error, no name, and what was there goes on.
func TestNoAddresses(t *testing.T) {
	p := reexec.Start(t, confined, reexec.Options{})
	p.Expect("done")
	p.Wait()
}

// a peer cuts the file short under us. The next access is a fault that a
// goroutine can recover from, and new attaches are refused.
func TestCutUnderUs(t *testing.T) {
	a := named(t, "cut", 1<<20)
	x := mustAlloc[int64](t, a, 20000)
	s := x.Slice()
	s[19999] = 1
	if err := os.Truncate(shmPath(a.Name()), int64(a.at.geo.blocks)); err != nil {
		t.Fatal(err)
	}
	if !faults(func() { s[19999] = 2 }) {
		t.Error("no fault")
	}
	if err := x.With(func(s []int64) error {
		if !faults(func() { s[0] = s[19999] }) {
			t.Error("no fault in With")
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := VerifyNamed(a.Name()); !errors.Is(err, ErrSize) {
		t.Errorf("VerifyNamed: %v", err)
	}
	file := passed(t, a.File())
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := FromFD(file.Fd()); !errors.Is(err, ErrSize) || !errors.Is(err, ErrCorrupt) {
		t.Errorf("FromFD: %v", err)
	}
}

// A-032: /dev/shm can only be read.
func TestReadOnlyShm(t *testing.T) {
	if alone(t, "^TestReadOnlyShm$") {
		return
	}
	if os.Getenv(smallEnv) == "" {
		t.Skip("NOT TESTED: a read-only /dev/shm: this process may not mount one of its own")
	}
	before := named(t, "before", 1)
	if err := unix.Mount("", shmDir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil && !isErrno(err, unix.EBUSY) {
		t.Fatal(err)
	} else if err != nil { // files are open for writing: mount another one over it
		if err := unix.Mount("tmpfs", shmDir, "tmpfs", unix.MS_RDONLY, ""); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = unix.Unmount(shmDir, 0) }()
	}
	checkFallback(t, "read-only file system")
	for _, o := range []Options{{Name: leaktest.Name("x"), Size: 1}, {Size: 1, Backing: BackingShm}} {
		if _, err := Create(o); !isErrno(err, unix.EROFS) || !strings.Contains(err.Error(), shmDir) {
			t.Errorf("Create: %v", err)
		}
	}
	if _, err := Open(leaktest.Name("absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open: %v", err)
	}
	mustFree(t, mustAlloc[byte](t, before, 1))
}
