package shmarena

import (
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/words"
)

// deadArena is an arena of a dead process with blocks, names, holds; its name goes
// at the end.
func deadArena(t *testing.T) string {
	t.Helper()
	name, p := inspected(t)
	p.Kill()
	return name
}

// B-017: a sound arena is found sound, alive and dead, and is not changed.
func TestVerifyNamed(t *testing.T) {
	name, p := inspected(t)
	if err := VerifyNamed(name); err != nil {
		t.Errorf("alive: %v", err)
	}
	p.Kill()
	before := fileBytes(t, name)
	if err := VerifyNamed(name); err != nil {
		t.Errorf("dead: %v", err)
	}
	if !slices.Equal(before, fileBytes(t, name)) {
		t.Error("the arena has changed")
	}
}

// spoil is a bit to be changed and what the check says of it.
type spoil struct {
	at   uint64
	bit  uint
	want string
}

func spoils(geo geometry) []spoil {
	return []spoil{
		{headerCapacity, 3, "header checksum"},
		{headerChecksum, 0, "header checksum"},
		{heapAt + 16, 0, "heap: spans in use"},
		{heapAt + 24, 4, "heap: bytes in large blocks"},
		{heapAt + 40, 2, "heap: large blocks"},
		{heapAt + 128, 1, "heap: a change is half made"},
		{geo.spans + 8, 0, "heap: span 0"},
		{geo.spans + 7, 7, "heap: span 0"},
		{geo.spans + 24, 0, "heap: span 0"},       // a table longer than there are
		{geo.spans + 25, 5, "heap: span 0"},       // none
		{geo.tables + 192 + 6, 0, ""},             // slack or maker can be any
		{geo.tables + 192 + 7, 5, "heap: span 0"}, // more slack than the block has
		{geo.tables, 0, ""},                       // a hint
		{geo.directory, 1, "directory: entry 0"},
		{geo.directory + 32 + 7, 7, ""}, // a length can be any
		{geo.directory + 24 + 7, 0, "directory: entry 0"},
		{geo.directory + 72, 6, "directory: entry 0"},
		{geo.holds + 8 + 7, 0, "holds: "},
		{geo.holds + 64 + 7, 5, "holds: hold 0"},
		{membersAt + 64 + 7, 0, "members: "},
		{membersAt + 64, 0, "members: "}, // alive, in a life that is over
	}
}

// One changed word in each structure is named.
func TestVerifyNamedFinds(t *testing.T) {
	name := deadArena(t)
	good := fileBytes(t, name)
	_, geo, err := decodeHeader(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range spoils(geo) {
		bad := slices.Clone(good)
		bad[c.at] ^= 1 << c.bit
		if err := os.WriteFile(shmPath(name), bad, 0o600); err != nil {
			t.Fatal(err)
		}
		err := VerifyNamed(name)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("bit %d of byte %d: %v, want %q", c.bit, c.at, err, c.want)
		}
	}
}

// A change that a dead member left half made is no fault of the arena; one that a
// living one is making is waited for.
func TestVerifyHalfMade(t *testing.T) {
	a := newArena(t, 1<<20)
	h := a.at.heap
	if err := h.lock(); err != nil {
		t.Fatal(err)
	}
	from, _, err := h.find(2)
	if err != nil {
		t.Fatal(err)
	}
	gen := h.ctrlOf(from.first).nextGen()
	c := h.taking(from, extentFor(100000), gen)
	h.tear(c, 2*c.n+1+3) // the record is there, three of its words are stored
	for alive, want := range map[bool]error{true: errMoving, false: nil} {
		im := &tableCopy{words.Aligned(int(a.at.geo.blocks)), a.at.geo, func(futex.ID) bool { return alive }}
		copy(im.bytes, a.at.region)
		if err := im.verify(); !errors.Is(err, want) {
			t.Errorf("its maker is alive: %v: %v", alive, err)
		}
	}
	h.replay()
	h.unlock()
	if err := h.abandon(from.first, gen); err != nil {
		t.Fatal(err)
	}
	mustBeFree(t, a)
}

// Whatever stands in the tables, the check of a copy ends, without a fault.
func TestVerifyHostile(t *testing.T) {
	a := newArena(t, 1<<20)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	bad := 0
	for range 300 {
		im := &tableCopy{words.Aligned(int(a.at.geo.blocks)), a.at.geo, func(futex.ID) bool { return r.IntN(2) == 0 }}
		copy(im.bytes, a.at.region)
		for range 1 + r.IntN(2000) {
			im.bytes[headerSize+r.IntN(len(im.bytes)-headerSize)] = byte(r.Uint32() >> (8 * r.IntN(4)))
		}
		if err := im.verify(); err != nil {
			bad++
		}
	}
	if bad < 150 {
		t.Errorf("only %d of 300 spoilt copies were found", bad)
	}
}

// Survey sees the living, the dead, readers and what is no arena, and changes
// nothing.
func TestSurvey(t *testing.T) {
	live, _ := inspected(t)
	dead := deadArena(t)
	read := leaktest.Name("read")
	a := forReaders(t, Options{Name: read, Size: 1})
	p := reexec.Start(t, reader, reexec.Options{Args: []string{read}})
	p.Expect("reads")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	strange := leaktest.Name("strange")
	if err := os.WriteFile(shmPath(strange), make([]byte, 70000), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := Survey()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range all {
		switch {
		case f.Err != nil:
			got[f.Name] = f.Err.Error()
		case f.Seen.Readers && f.Seen.Alive():
			got[f.Name] = "read"
		default:
			got[f.Name] = map[bool]string{true: "alive", false: "dead"}[f.Seen.Alive()]
		}
	}
	if got[live] != "alive" || got[dead] != "dead" || got[read] != "read" || !strings.Contains(got[strange], ErrMagic.Error()) {
		t.Errorf("%v", got)
	}
	p.Kill()
	for _, name := range []string{read, strange} {
		if err := Unlink(name); err != nil {
			t.Error(err)
		}
	}
}
