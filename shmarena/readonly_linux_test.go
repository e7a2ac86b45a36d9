package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// reader attaches an arena read-only and tries everything.
var reader = reexec.Register("reader", func(c *reexec.Child) {
	var a *Arena
	var err error
	if len(c.Args) > 0 {
		a, err = OpenReadOnly(c.Args[0])
	} else {
		a, err = FromFDReadOnly(c.File(0).Fd())
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	x, err := Lookup[int64](a, "x")
	if err != nil {
		c.Fatalf("%v", err)
	}
	mustOnlyRead(c, a, x)
	c.Say("reads")
	c.Hear()
	if err := a.Close(); err != nil {
		c.Fatalf("%v", err)
	}
})

// mustOnlyRead reads everything and writes nothing.
func mustOnlyRead(c *reexec.Child, a *Arena, x Array[int64]) {
	s := x.Slice()
	if !slices.Equal(s, []int64{1, 2, 3}) || x.Check() != nil || x.Populate() != nil || a.Populate() != nil {
		c.Fatalf("slice %v", s)
	}
	if !faults(func() { s[0] = 9 }) {
		c.Fatalf("a write succeeds")
	}
	if err := x.With(func(s []int64) error {
		if !faults(func() { s[0] = 9 }) {
			return errors.New("a write in With succeeds")
		}
		return nil
	}); err != nil {
		c.Fatalf("%v", err)
	}
	for name, err := range map[string]error{
		"Free": x.Free(), "Publish": a.Publish("y", x), "Unpublish": a.Unpublish("x"), "Verify": a.Verify(),
		"Alloc": second(Alloc[int64](a, 1)), "CopyIn": second(CopyIn(a, []byte("x"))),
		"Reap": second(a.Reap()), "FreeOrphans": second(a.FreeOrphans()),
	} {
		if !errors.Is(err, ErrReadOnly) {
			c.Fatalf("%s: %v", name, err)
		}
	}
	if _, err := Lookup[int64](a, "absent"); !errors.Is(err, fs.ErrNotExist) {
		c.Fatalf("a name that is not there: %v", err)
	}
	if _, err := Lookup[int32](a, "x"); !errors.Is(err, ErrType) {
		c.Fatalf("another type: %v", err)
	}
	if a.Member() != nil || !a.ReadOnly() || a.Stats().Members != 1 || len(slices.Collect(a.Members())) != 1 {
		c.Fatalf("members %+v", slices.Collect(a.Members()))
	}
}

// readable arena: named or not, with three numbers under the name x.
func forReaders(t *testing.T, o Options) *Arena {
	t.Helper()
	a := createFor(t, o)
	x, err := CopyIn(a, []int64{1, 2, 3})
	if err == nil {
		err = a.Publish("x", x)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReadOnly(t *testing.T) {
	name := leaktest.Name("readers")
	for _, o := range []Options{
		{Name: name, Size: 1 << 20, MaxMembers: 1}, // readers take no place
		{Size: 1 << 20, Backing: BackingMemfd, MaxMembers: 1},
	} {
		a := forReaders(t, o)
		before := slices.Clone(a.at.region[:a.at.geo.blocks])
		for range 3 {
			args, files := []string{o.Name}, []*os.File(nil)
			if o.Name == "" {
				args, files = nil, []*os.File{a.File()}
			}
			p := reexec.Start(t, reader, reexec.Options{Args: args, Files: files})
			p.Expect("reads")
			defer p.Wait()
			defer p.Say("end")
		}
		if !slices.Equal(before, a.at.region[:a.at.geo.blocks]) {
			t.Error("a reader changed the tables")
		}
	}
	if err := Unlink(name); err != nil {
		t.Fatal(err)
	}
}

// A process attaches in one way.
func TestOneAccess(t *testing.T) {
	a := forReaders(t, Options{Size: 1})
	if _, err := FromFDReadOnly(a.File().Fd()); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "for writing") {
		t.Errorf("read-only beside writable: %v", err)
	}
	file := passed(t, a.File())
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := FromFDReadOnly(file.Fd())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromFD(file.Fd()); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("writable beside read-only: %v", err)
	}
	again, err := FromFDReadOnly(file.Fd())
	if err != nil || again.at != r.at {
		t.Fatalf("a second reader: %v", err)
	}
	if err := errors.Join(r.Close(), again.Close()); err != nil {
		t.Fatal(err)
	}
	w, err := FromFD(file.Fd())
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, w)
}

// A Sweep sees a reader as alive, also a stopped one, and as dead when it is dead.
func TestSweepReaders(t *testing.T) {
	if alone(t, "^TestSweepReaders$") {
		return
	}
	name := leaktest.Name("read-and-sweep")
	a, err := Create(Options{Name: name, Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	x, err := CopyIn(a, []int64{1, 2, 3})
	if err = errors.Join(err, a.Publish("x", x)); err != nil {
		t.Fatal(err)
	}
	var readers []*reexec.Proc
	for range 2 {
		p := reexec.Start(t, reader, reexec.Options{Args: []string{name}})
		p.Expect("reads")
		readers = append(readers, p)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	readers[0].Kill()
	readers[1].Stop()
	if _, err := Sweep(); err != nil || !exists(name) {
		t.Errorf("with a stopped reader: %v, there: %v", err, exists(name))
	}
	readers[1].Kill()
	if _, err := Sweep(); err != nil || exists(name) {
		t.Errorf("without readers: %v, there: %v", err, exists(name))
	}
}

// A table with holes, as in a copy of an arena, is refused: a reader cannot fill
// them.
func TestReadOnlyHoles(t *testing.T) {
	im := newImage(t)
	if err := (backingFile{f: im.file}).release(0, im.geo.size); err != nil {
		t.Fatal(err)
	}
	if _, err := im.file.WriteAt(im.bytes[:4096], 0); err != nil {
		t.Fatal(err)
	}
	if _, err := FromFDReadOnly(im.file.Fd()); !errors.Is(err, ErrCorrupt) {
		t.Errorf("%v", err)
	}
}

// Lookups of a reader while a member publishes and takes back: an entry is whole
// or absent.
func TestPeekIsWhole(t *testing.T) {
	a := newArena(t, 1<<20)
	d := &directory{entries: a.at.names.entries}
	k, _ := keyOf("x")
	e := &d.entries[3]
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := uint64(1); ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			e.put(k, published{i, i, i, i})
			e.state.Store(entryEmpty)
		}
	}()
	defer func() { close(stop); <-done }()
	seen := 0
	for range 300000 {
		p, err := d.get(k)
		if err != nil && !errors.Is(err, ErrBusy) {
			t.Fatal(err)
		}
		if p != nil {
			seen++
			if *p != (published{p.n, p.n, p.n, p.n}) {
				t.Fatalf("torn: %+v", *p)
			}
		}
	}
	t.Logf("seen %d times", seen)
}

// An entry that was read counts only if a second look sees the same.
func TestEntryIsStill(t *testing.T) {
	k, _ := keyOf("x")
	other, _ := keyOf("y")
	was := published{1, 2, 3, 4}
	for what, change := range map[string]func(e *entry){
		"type": func(e *entry) { e.typ.Store(9) }, "generation": func(e *entry) { e.gen.Store(9) },
		"offset": func(e *entry) { e.off.Store(9) }, "length": func(e *entry) { e.n.Store(9) },
		"state": func(e *entry) { e.state.Store(entryEmpty) }, "name": func(e *entry) { e.put(other, was) },
	} {
		var e entry
		e.put(k, was)
		if !e.still(k, was) {
			t.Fatal("an entry is not itself")
		}
		if change(&e); e.still(k, was) {
			t.Errorf("another %s goes unseen", what)
		}
	}
}
