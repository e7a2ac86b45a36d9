package shmarena

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"github.com/shmengine/shmengine/internal/reexec"
)

// other allocates and frees what another process did, at another address.
var other = reexec.Register("other", func(c *reexec.Child) {
	keep := make([]*Arena, 3) // so that the arena lies elsewhere than in the test
	for i := range keep {
		a, err := Create(Options{Size: 1 << 30})
		if err != nil {
			c.Fatalf("%v", err)
		}
		keep[i] = a
	}
	a := childArena(c)
	x, err := Lookup[int32](a, "from the test")
	if err != nil {
		c.Fatalf("%v", err)
	}
	for i, v := range x.Slice() {
		if v != int32(i) {
			c.Fatalf("element %d is %d", i, v)
		}
		x.Slice()[i] = -v
	}
	if _, err := Lookup[int64](a, "from the test"); !errors.Is(err, ErrType) {
		c.Fatalf("as another type: %v", err)
	}
	y, err := CopyIn(a, []float64{1.5, 2.5})
	if err == nil {
		err = a.Publish("from the child", y)
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say(fmt.Sprintf("%x", addr(a.at.region)))
	c.Hear()
	if err := x.Free(); err != nil { // a block of the other process
		c.Fatalf("%v", err)
	}
	c.Say("freed")
})

// arrays mean the same in every process.
func TestTwoProcesses(t *testing.T) {
	a := newArena(t, 1<<20)
	x := mustAlloc[int32](t, a, 1000)
	for i := range x.Slice() {
		x.Slice()[i] = int32(i)
	}
	if err := a.Publish("from the test", x); err != nil {
		t.Fatal(err)
	}
	p := reexec.Start(t, other, reexec.Options{Files: []*os.File{a.File()}})
	if at := p.Hear(); at == fmt.Sprintf("%x", addr(a.at.region)) {
		t.Errorf("both processes have the arena at %s", at)
	}
	if x.Slice()[7] != -7 {
		t.Error("what the child wrote is not there")
	}
	if n := a.Stats().Members; n != 2 {
		t.Errorf("%d members", n)
	}
	p.Say("go on")
	p.Expect("freed")
	if err := x.Free(); !errors.Is(err, ErrBadFree) {
		t.Errorf("Free of what the child freed: %v", err)
	}
	p.Wait()
	y, err := Lookup[float64](a, "from the child")
	if err != nil || y.Slice()[1] != 2.5 {
		t.Fatalf("what a dead process left: %v", err)
	}
	mustFree(t, y)
	if s := a.Stats(); s.InUse != 0 || s.Allocs != 2 || s.Frees != 2 || s.Members != 1 {
		t.Errorf("%+v", s)
	}
}

// filler fills blocks with a number of its own and looks whether it is still
// there when it frees them. With a time it ends then, otherwise when killed.
var filler = reexec.Register("filler", func(c *reexec.Child) {
	a := childArena(c)
	seed, _ := strconv.ParseUint(c.Args[1], 10, 64)
	rounds, _ := strconv.Atoi(c.Args[2])
	c.Say("ready")
	c.Hear()
	r := rand.New(rand.NewPCG(seed, 1))
	var mine []Array[uint64]
	for i := 0; i < rounds || rounds == 0; i++ {
		if len(mine) > 4 || (len(mine) > 0 && r.IntN(2) == 0) {
			k := r.IntN(len(mine))
			if err := emptied(mine[k], seed); err != nil {
				c.Fatalf("round %d: %v", i, err)
			}
			mine[k] = mine[len(mine)-1]
			mine = mine[:len(mine)-1]
			continue
		}
		x, err := Alloc[uint64](a, 1+r.IntN(20000))
		if errors.Is(err, ErrNoSpace) {
			continue
		}
		if err != nil {
			c.Fatalf("round %d: %v", i, err)
		}
		s := x.Slice()
		for _, k := range []int{0, len(s) / 2, len(s) - 1} {
			if s[k] != 0 && s[k] != seed {
				c.Fatalf("round %d: a new block holds %#x", i, s[k])
			}
			s[k] = seed
		}
		mine = append(mine, x)
	}
	for _, x := range mine {
		if err := emptied(x, seed); err != nil {
			c.Fatalf("%v", err)
		}
	}
	c.Say("done")
})

// emptied frees a block that must be full of one number.
func emptied(x Array[uint64], want uint64) error {
	s := x.Slice()
	for _, k := range []int{0, len(s) / 2, len(s) - 1} {
		if s[k] != want {
			return fmt.Errorf("block of %d holds %#x, not %#x", len(s), s[k], want)
		}
	}
	return x.Free()
}

// startFillers starts processes at one arena and lets them go together.
func startFillers(t *testing.T, a *Arena, n, rounds int) []*reexec.Proc {
	procs := make([]*reexec.Proc, n)
	for i := range procs {
		procs[i] = startFiller(t, a, 1000+i, rounds)
	}
	for _, p := range procs {
		p.Say("go")
	}
	return procs
}

func startFiller(t *testing.T, a *Arena, seed, rounds int) *reexec.Proc {
	p := reexec.Start(t, filler, reexec.Options{
		Args:    []string{a.Name(), strconv.Itoa(seed), strconv.Itoa(rounds)},
		Timeout: 2 * time.Minute,
	})
	p.Expect("ready")
	return p
}

// no two live blocks overlap, whoever allocates.
func TestNoOverlap(t *testing.T) {
	rounds := 3000
	if stress() {
		rounds = 250000 // by four processes: a million
	}
	a := named(t, "overlap", 2<<20)
	empty := held(t, a)
	for _, p := range startFillers(t, a, 4, rounds) {
		p.Expect("done")
		p.Wait()
	}
	if err := a.Verify(); err != nil {
		t.Error(err)
	}
	if s := a.Stats(); s.InUse != 0 || s.Allocs != s.Frees {
		t.Errorf("%+v", s)
	}
	mustHold(t, a, empty)
}

// mustHold looks that an arena without blocks has no memory for any.
func mustHold(t *testing.T, a *Arena, empty int64) {
	t.Helper()
	if _, err := a.Trim(); err != nil {
		t.Error(err)
	}
	s := a.Stats()
	if got := held(t, a) - s.Tables; got != empty || s.Reserved != 0 || s.Warm != 0 {
		t.Errorf("%d bytes held, %d before: %+v", got, empty, s)
	}
}

// processes are killed anywhere in Alloc and Free. The survivors go on
// at once, the tables stay sound, and all memory comes back.
func TestRandomKills(t *testing.T) {
	rounds, kills := 1, 200
	switch {
	case stress():
		rounds = 50
	case testing.Short(), race.Enabled: // whose processes take long to start
		kills = 30
	}
	for i := range rounds {
		t.Run(strconv.Itoa(i), func(t *testing.T) { randomKills(t, kills) })
	}
}

func randomKills(t *testing.T, kills int) {
	a := named(t, "kills", 2<<20)
	empty := held(t, a)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	witness := startFillers(t, a, 1, 0)[0] // is never killed while the others are
	procs := startFillers(t, a, 3, 0)
	for k := range kills {
		i := k % len(procs)
		time.Sleep(time.Duration(r.IntN(1500)) * time.Microsecond) // where the kill falls, not whether the test passes
		if s := procs[i].Kill(); !s.Killed() {
			t.Fatalf("kill %d: the process ended by itself: %v\n%s", k, s, procs[i].Output())
		}
		checkSurvivor(t, a, k)
		if t.Failed() {
			return
		}
		procs[i] = startFiller(t, a, 10000+k, 0)
		procs[i].Say("go")
	}
	for _, p := range append(procs, witness) {
		p.Kill()
	}
	mustComeBack(t, a, empty)
}

// mustComeBack looks that dead processes cost nothing in the end.
func mustComeBack(t *testing.T, a *Arena, empty int64) {
	t.Helper()
	if _, err := a.Reap(); err != nil {
		t.Fatal(err)
	}
	if err := a.Verify(); err != nil {
		t.Fatal(err)
	}
	lost, err := a.FreeOrphans()
	if err != nil {
		t.Fatal(err)
	}
	s := a.Stats()
	t.Logf("%d allocations, %d orphans", s.Allocs, lost.Blocks)
	if s.InUse != 0 || s.Allocs != s.Frees || s.Members != 1 {
		t.Errorf("%+v", s)
	}
	mustHold(t, a, empty)
	mustFree(t, mustAlloc[byte](t, a, 2<<20))
}

// checkSurvivor allocates, frees and verifies, right after a kill. The heap may
// be full of what the dead have left; then their blocks are freed.
func checkSurvivor(t *testing.T, a *Arena, k int) {
	t.Helper()
	x, err := Alloc[uint64](a, 100)
	if err == nil {
		err = x.Free()
	}
	if err != nil && !errors.Is(err, ErrNoSpace) {
		t.Errorf("kill %d: %v", k, err)
	}
	if err := a.Verify(); err != nil {
		t.Errorf("kill %d: %v", k, err)
	}
	if k%8 == 0 || errors.Is(err, ErrNoSpace) {
		if _, err := a.FreeOrphans(); err != nil {
			t.Errorf("kill %d: %v", k, err)
		}
	}
}
