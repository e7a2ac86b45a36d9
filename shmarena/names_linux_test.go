package shmarena

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// named creates an arena with a name, which goes at the test's end.
func named(tb testing.TB, hint string, size int64) *Arena {
	tb.Helper()
	a := createFor(tb, Options{Name: leaktest.Name(hint), Size: size})
	tb.Cleanup(func() {
		if err := Unlink(a.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			tb.Error(err)
		}
	})
	return a
}

// racer waits for the word and then makes or opens the arena; it says what
// came of it and stays attached until it is told to go.
var racer = reexec.Register("racer", func(c *reexec.Child) {
	o := Options{Name: c.Args[1], Size: 1 << 20}
	c.Say("ready")
	c.Hear()
	a, err := map[string]func(Options) (*Arena, error){"create": Create, "either": OpenOrCreate}[c.Args[0]](o)
	switch {
	case errors.Is(err, fs.ErrExist):
		c.Say("exists")
	case err != nil:
		c.Say(err.Error())
	default:
		if err := a.Verify(); err != nil {
			c.Fatalf("%v", err)
		}
		c.Say(a.String() + " " + string(rune('0'+a.at.id%10)))
	}
	c.Hear()
})

func raceFor(t *testing.T, how string, n int) (answers map[string]int) {
	name := leaktest.Name("race")
	t.Cleanup(func() {
		if err := Unlink(name); err != nil {
			t.Error(err)
		}
	})
	procs := make([]*reexec.Proc, n)
	for i := range procs {
		procs[i] = reexec.Start(t, racer, reexec.Options{Args: []string{how, name}})
	}
	for _, p := range procs {
		p.Expect("ready")
	}
	for _, p := range procs {
		p.Say("go")
	}
	answers = map[string]int{}
	for _, p := range procs {
		answers[p.Hear()]++
	}
	for _, p := range procs {
		p.Say("leave")
		p.Wait()
	}
	return answers
}

// of 32 processes that create one name, one wins.
func TestCreateRace(t *testing.T) {
	answers := raceFor(t, "create", 32)
	if len(answers) != 2 || answers["exists"] != 31 {
		t.Errorf("%v", answers)
	}
}

// of 32 processes that open or create one name, all get the same arena.
func TestOpenOrCreateRace(t *testing.T) {
	if answers := raceFor(t, "either", 32); len(answers) != 1 {
		t.Errorf("%v", answers)
	}
}

//
func TestNamesExistOrNot(t *testing.T) {
	a := named(t, "exist", 1)
	if _, err := Create(Options{Name: a.Name(), Size: 1}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create of a name that is taken: %v", err)
	}
	absent := leaktest.Name("absent")
	if _, err := Open(absent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of an absent name: %v", err)
	}
	if err := Unlink(absent); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Unlink of an absent name: %v", err)
	}
	if _, err := OpenOrCreate(Options{Name: a.Name(), Size: 1 << 20}); !errors.Is(err, ErrSize) {
		t.Errorf("OpenOrCreate of more than there is: %v", err)
	}
	b, err := OpenOrCreate(Options{Name: a.Name(), Size: 1})
	if err != nil || b.at != a.at {
		t.Errorf("OpenOrCreate of what is there: %v", err)
	}
	closeAtEnd(t, b)
}

//
func TestArguments(t *testing.T) {
	before := shmFiles(t)
	for _, o := range []Options{
		{Size: 0}, {Size: -1}, {Size: 1<<47 + 1}, {Size: 1 << 62},
		{Size: 1, MaxMembers: -1}, {Size: 1, MaxMembers: 1024},
		{Size: 1, Backing: 3}, {Size: 1, Name: "x", Backing: BackingMemfd},
		{Size: 1, Name: "a/b"}, {Size: 1, Name: "/"}, {Size: 1, Name: ".."}, {Size: 1, Name: "."},
		{Size: 1, Name: "a\x00b"}, {Size: 1, Name: strings.Repeat("x", 247)},
	} {
		if err := o.Validate(); !errors.Is(err, ErrArgument) {
			t.Errorf("Validate(%+v) = %v", o, err)
		}
		if _, err := Create(o); !errors.Is(err, ErrArgument) {
			t.Errorf("Create(%+v): %v", o, err)
		}
		if _, err := Open(o.Name); o.Name != "" && o.Name != "x" && !errors.Is(err, ErrArgument) {
			t.Errorf("Open(%q): %v", o.Name, err)
		}
	}
	for _, call := range []func() error{
		func() error { _, err := Open(""); return err },
		func() error { _, err := OpenOrCreate(Options{Size: 1}); return err },
		func() error { return Unlink("../x") },
	} {
		if err := call(); !errors.Is(err, ErrArgument) {
			t.Errorf("%v", err)
		}
	}
	if after := shmFiles(t); after != before {
		t.Errorf("files of this run in /dev/shm: %q before, %q after", before, after)
	}
}

// shmFiles lists this run's names in /dev/shm.
func shmFiles(t *testing.T) string {
	entries, err := os.ReadDir(shmDir)
	if err != nil {
		t.Fatal(err)
	}
	prefix := filePrefix + strings.SplitN(leaktest.Name(""), "-", 2)[0]
	var names []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			names = append(names, e.Name())
		}
	}
	return strings.Join(names, " ")
}

func TestLongestName(t *testing.T) {
	name := leaktest.Name("")
	name += strings.Repeat("x", maxName-len(name))
	a := createFor(t, Options{Name: name, Size: 1})
	if err := a.Unlink(); err != nil {
		t.Error(err)
	}
}

// sizes are rounded up and told both ways.
func TestSizes(t *testing.T) {
	for asked, want := range map[int64]int64{1: 65536, 65536: 65536, 65537: 131072, 1000000: 1048576} {
		a := newArena(t, asked)
		s := a.Stats()
		if s.Asked != asked || s.Cap != want || a.Cap() != want || s.Mapped <= s.Cap {
			t.Errorf("size %d: %+v", asked, s)
		}
		mustFree(t, mustAlloc[byte](t, a, int(want))) // all of it can be had
	}
}

// nobody else may open it.
func TestMode(t *testing.T) {
	for _, a := range []*Arena{named(t, "mode", 1), createFor(t, Options{Size: 1, Backing: BackingMemfd})} {
		st, err := a.File().Stat()
		if err != nil || st.Mode() != 0o600 {
			t.Errorf("mode %v, %v", st.Mode(), err)
		}
	}
	a := named(t, "other", 1)
	if err := asUser(t, 65534, func() error { _, err := Open(a.Name()); return err }); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open by another user: %v", err)
	}
}

//
func TestUnlink(t *testing.T) {
	a := named(t, "unlink", 1<<16)
	x := mustAlloc[int64](t, a, 10)
	x.Slice()[3] = 7
	if err := a.Unlink(); err != nil {
		t.Fatal(err)
	}
	if err := a.Unlink(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("second unlink: %v", err)
	}
	b := createFor(t, Options{Name: a.Name(), Size: 1 << 16})
	y := mustAlloc[int64](t, b, 10)
	if y.Slice()[3] != 0 || x.Slice()[3] != 7 {
		t.Errorf("the new arena of the name has the old one's memory")
	}
	if err := a.Unlink(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("unlink of a name that is another's: %v", err)
	}
	if err := b.Unlink(); err != nil {
		t.Error(err)
	}
}
