package shmarena

import (
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/words"
)

// lockHolder creates the arena of that name, publishes three mutexes and holds the
// second; the lockWaiter opens it and waits for that one.
var (
	lockHolder = reexec.Register("lock holder", func(c *reexec.Child) {
		a, err := Create(Options{Name: c.Args[0], Size: 1 << 20})
		if err != nil {
			c.Fatalf("%v", err)
		}
		x, err := Alloc[futex.Mutex](a, 3)
		if err == nil {
			err = a.Publish("locks", x)
		}
		if err == nil {
			err = x.Slice()[1].Lock(context.Background(), a.Member())
		}
		if err != nil {
			c.Fatalf("%v", err)
		}
		c.Say("held")
		c.Hear()
	})
	lockWaiter = reexec.Register("lock waiter", func(c *reexec.Child) {
		a, err := Open(c.Args[0])
		if err != nil {
			c.Fatalf("%v", err)
		}
		x, err := Lookup[futex.Mutex](a, "locks")
		if err != nil {
			c.Fatalf("%v", err)
		}
		c.Say("waits")
		_ = x.Slice()[1].Lock(context.Background(), a.Member())
		c.Say("has it")
		c.Hear()
	})
)

// inspected starts the owner of an arena whose name goes at the end.
func inspected(t *testing.T) (string, *reexec.Proc) {
	t.Helper()
	name := leaktest.Name("inspect")
	p := reexec.Start(t, lockHolder, reexec.Options{Args: []string{name}})
	t.Cleanup(func() { _ = Unlink(name) })
	p.Expect("held")
	return name, p
}

func mustInspect(t *testing.T, name string) *Inspection {
	t.Helper()
	i, err := Inspect(name)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// find returns the report on one lock.
func (i *Inspection) find(t *testing.T, where string) LockReport {
	t.Helper()
	for _, l := range i.Locks {
		if l.Where == where {
			return l
		}
	}
	t.Fatalf("no lock %s in %+v", where, i.Locks)
	return LockReport{}
}

// Who holds and who waits, seen from outside while they live.
func TestInspectLive(t *testing.T) {
	name, p := inspected(t)
	w := reexec.Start(t, lockWaiter, reexec.Options{Args: []string{name}})
	w.Expect("waits")
	var i *Inspection
	for i = mustInspect(t, name); len(i.Waits) == 0; i = mustInspect(t, name) {
		time.Sleep(time.Millisecond)
	}
	if len(i.Members) != 2 || !i.Alive() || !i.Members[0].Alive || !i.Members[1].Alive {
		t.Fatalf("members %+v", i.Members)
	}
	holder := i.Members[slices.IndexFunc(i.Members, func(m member.Info) bool { return int(m.PID) == p.PID() })]
	l := i.find(t, `"locks"[1]`)
	if l.Kind != "Mutex" || !slices.Equal(l.Holders, []futex.ID{holder.ID}) || !l.Waiters {
		t.Errorf("the lock that is held: %+v, want it held by %v", l, holder.ID)
	}
	for _, where := range []string{`"locks"[0]`, `"locks"[2]`, "the heap", "the names"} {
		if l := i.find(t, where); len(l.Holders) != 0 || l.Waiters {
			t.Errorf("a lock that is free: %+v", l)
		}
	}
	wait := i.Waits[0]
	m, ok := i.Member(wait.Member)
	if !ok || int(m.PID) != w.PID() || wait.Where != `"locks"[1]` || futex.ID(wait.Word&(1<<30-1)) != holder.ID {
		t.Errorf("%+v of %+v", wait, m)
	}
	if n := i.Names; len(n) != 1 || n[0].Name != "locks" || n[0].Type != "Mutex" || n[0].Len != 3 || n[0].Freed {
		t.Errorf("names %+v", n)
	}
	p.Kill()
	w.Expect("has it")
}

// The same of an arena that nobody lives in; the look changes nothing.
func TestInspectDead(t *testing.T) {
	name, p := inspected(t)
	p.Kill()
	before := fileBytes(t, name)
	i := mustInspect(t, name)
	if len(i.Members) != 1 || i.Alive() || i.Members[0].Alive {
		t.Fatalf("members %+v", i.Members)
	}
	if l := i.find(t, `"locks"[1]`); !slices.Equal(l.Holders, []futex.ID{i.Members[0].ID}) {
		t.Errorf("the dead one's lock: %+v", l)
	}
	if i.Held < 1<<16 || i.Size != 1<<20 || time.Since(i.Created) > time.Hour {
		t.Errorf("%+v", i)
	}
	if !slices.Equal(before, fileBytes(t, name)) {
		t.Error("the arena has changed")
	}
}

func fileBytes(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(shmPath(name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInspectNothing(t *testing.T) {
	if _, err := Inspect(leaktest.Name("none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an arena that is not there: %v", err)
	}
	if _, err := Inspect("a/b"); !errors.Is(err, ErrArgument) {
		t.Errorf("no name: %v", err)
	}
	name := leaktest.Name("text")
	if err := os.WriteFile(shmPath(name), make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(shmPath(name))
	if _, err := Inspect(name); !errors.Is(err, ErrMagic) {
		t.Errorf("a file that is no arena: %v", err)
	}
}

// Whatever stands in the tables, the look ends, without a fault.
func TestInspectHostile(t *testing.T) {
	name, p := inspected(t)
	p.Kill()
	good := fileBytes(t, name)
	_, geo, err := decodeHeader(good)
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	for range 200 {
		bad := slices.Clone(good)
		for range 1 + r.IntN(2000) {
			bad[headerSize+r.IntN(int(geo.blocks)-headerSize)] = byte(r.Uint32() >> (8 * r.IntN(4)))
		}
		if err := os.WriteFile(shmPath(name), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Inspect(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(shmPath(name), int64(geo.blocks)); err != nil {
		t.Fatal(err)
	}
	if _, err := Inspect(name); !errors.Is(err, ErrSize) {
		t.Errorf("a file that was cut: %v", err)
	}
}

// Types of locks are told apart by the directory's hash, which has the names of
// fields in it and not that of the type.
func TestLockKindsDiffer(t *testing.T) {
	for i, k := range lockKinds {
		for _, l := range lockKinds[:i] {
			if k.hash == l.hash {
				t.Errorf("%s and %s have the same hash", k.name, l.name)
			}
		}
		if s := k.state(words.Aligned(int(k.size))); s.Kind != k.name || len(s.Holders) > 0 || s.Waiters {
			t.Errorf("zeroed memory as %s: %+v", k.name, s)
		}
		full := words.Aligned(int(k.size))
		for j := range full {
			full[j] = 0xff
		}
		_ = k.state(full) // must end
	}
}
