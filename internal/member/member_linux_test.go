package member

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

func TestJoinAndLeave(t *testing.T) {
	r := newRig(t, 4)
	a, b := r.join(t, nil), r.join(t, nil)
	if a.ID() == b.ID() || a.ID() == futex.NoID || b.ID() == futex.NoID {
		t.Fatalf("ids are %#x and %#x", a.ID(), b.ID())
	}
	if !a.Alive(a.ID()) || !a.Alive(b.ID()) || !b.Alive(a.ID()) {
		t.Error("a member that has joined is not alive")
	}
	if err := b.Leave(); err != nil {
		t.Fatalf("Leave: %v", err)
	}
	if a.Alive(b.ID()) {
		t.Error("a member that has left is alive")
	}
	if err := b.Leave(); !errors.Is(err, ErrLeft) {
		t.Errorf("Leave twice: %v, want ErrLeft", err)
	}
}

func TestSlotsAreReusedFirstInFirstOut(t *testing.T) {
	r := newRig(t, 3)
	m := []*Member{r.join(t, nil), r.join(t, nil), r.join(t, nil)}
	if _, err := Join(r.config(t, nil)); !errors.Is(err, ErrFull) {
		t.Fatalf("Join of a full table: %v, want ErrFull", err)
	}
	for _, i := range []int{1, 2, 0} {
		if err := m[i].Leave(); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{1, 2, 0} {
		next := r.join(t, nil)
		if got, want := next.ID().Slot(), m[i].ID().Slot(); got != want {
			t.Errorf("the next member got slot %d, want %d", got, want)
		}
		if next.ID() == m[i].ID() {
			t.Errorf("the id %#x was given out twice", next.ID())
		}
	}
}

func TestAliveOfWhatNoTableGivesOut(t *testing.T) {
	r := newRig(t, 2)
	m := r.join(t, nil)
	for _, id := range []futex.ID{
		futex.NoID, 1<<30 - 1, futex.MakeID(1, 1), futex.MakeID(2, 1), futex.MakeID(futex.MaxSlot, 1),
		futex.MakeID(m.ID().Slot(), m.ID().Generation()+2), m.ID() | 1<<31,
	} {
		if m.Alive(id) {
			t.Errorf("Alive(%#x) = true", id)
		}
	}
}

func TestReapSweepsTheDeadOnce(t *testing.T) {
	r, rec := newRig(t, 8), newRecorder()
	a, b, c := r.join(t, rec.sweep), r.join(t, rec.sweep), r.join(t, rec.sweep)
	die(b)
	if a.Alive(b.ID()) {
		t.Fatal("a dead member is alive")
	}
	n1, err1 := a.Reap()
	n2, err2 := c.Reap()
	if n1 != 1 || n2 != 0 || err1 != nil || err2 != nil {
		t.Errorf("Reap = %d, %v then %d, %v, want 1 then 0", n1, err1, n2, err2)
	}
	if got, want := rec.all(), []futex.ID{b.ID()}; !slices.Equal(got, want) {
		t.Errorf("swept %#x, want %#x", got, want)
	}
}

// Two processes that sweep at once must not both sweep one life.
func TestManyReapersSweepEachLifeOnce(t *testing.T) {
	r, rec := newRig(t, 16), newRecorder()
	var reapers, victims []*Member
	for range 4 {
		reapers = append(reapers, r.join(t, rec.sweep))
	}
	for range 12 {
		victims = append(victims, r.join(t, rec.sweep))
	}
	for _, v := range victims {
		die(v)
	}
	var wg sync.WaitGroup
	for _, m := range reapers {
		wg.Go(func() { _, _ = m.Reap() })
		wg.Go(func() { _, _ = m.Reap() })
	}
	wg.Wait()
	_, _ = reapers[0].Reap() // slots that one reaper left to another that was just done
	got := rec.all()
	slices.Sort(got)
	if len(got) != len(victims) || len(slices.Compact(got)) != len(victims) {
		t.Errorf("swept %d lives %#x, want each of %d once", len(got), got, len(victims))
	}
}

func TestFailedSweepIsRepeatedAndKeepsTheSlot(t *testing.T) {
	r, rec := newRig(t, 2), newRecorder()
	a, b := r.join(t, rec.sweep), r.join(t, rec.sweep)
	die(b)
	rec.fail.Store(true)
	if n, err := a.Reap(); n != 0 || err == nil {
		t.Errorf("Reap with a failing Sweep = %d, %v", n, err)
	}
	if k := r.slot(1).load().kind; k != dead {
		t.Errorf("the slot is %d, want dead", k)
	}
	rec.fail.Store(false)
	if n, err := a.Reap(); n != 1 || err != nil {
		t.Errorf("Reap = %d, %v, want 1, nil", n, err)
	}
}

// A full table whose members are all dead can be joined; what they left is swept
// by whoever adopts their slots, and by the next one if that one dies too.
func TestDeadSlotsAreAdopted(t *testing.T) {
	r, rec := newRig(t, 2), newRecorder()
	a, b := r.join(t, rec.sweep), r.join(t, rec.sweep)
	die(a)
	die(b)
	c := r.join(t, rec.sweep) // adopts a's slot
	if got := rec.all(); len(got) != 0 {
		t.Fatalf("Join swept %#x", got)
	}
	die(c) // before it has swept
	d := r.join(t, rec.sweep)
	if n, err := d.Reap(); n != 3 || err != nil {
		t.Errorf("Reap = %d, %v, want 3 lives", n, err)
	}
	want := []futex.ID{a.ID(), c.ID(), b.ID()}
	if got := rec.all(); !slices.Equal(got, want) {
		t.Errorf("swept %#x, want %#x", got, want)
	}
	if n, _ := d.Reap(); n != 0 {
		t.Errorf("a second Reap swept %d more", n)
	}
}

// An adopter that leaves before it has swept leaves the debt behind.
func TestLeaveWithADebt(t *testing.T) {
	r, rec := newRig(t, 1), newRecorder()
	a := r.join(t, rec.sweep)
	die(a)
	b := r.join(t, rec.sweep)
	if err := b.Leave(); err != nil {
		t.Fatal(err)
	}
	c := r.join(t, rec.sweep)
	if n, err := c.Reap(); n != 2 || err != nil {
		t.Errorf("Reap = %d, %v, want 2 lives", n, err)
	}
	if got, want := rec.all(), []futex.ID{a.ID(), b.ID()}; !slices.Equal(got, want) {
		t.Errorf("swept %#x, want %#x", got, want)
	}
}

func TestSlotIsRetiredBeforeItsGenerationWraps(t *testing.T) {
	r := newRig(t, 1)
	r.slot(0).store(state{free, lastGen - 2})
	m := r.join(t, nil)
	if got := m.ID().Generation(); got != lastGen-1 {
		t.Errorf("generation %d, want %d", got, lastGen-1)
	}
	if err := m.Leave(); err != nil {
		t.Fatal(err)
	}
	if k := r.slot(0).load().kind; k != retired {
		t.Errorf("the slot is %d, want retired", k)
	}
	if _, err := Join(r.config(t, nil)); !errors.Is(err, ErrFull) {
		t.Errorf("Join: %v, want ErrFull", err)
	}
}

func TestAnyAlive(t *testing.T) {
	r := newRig(t, 8)
	probe := r.lock(t)
	defer probe.Close()
	check := func(when string, want bool) {
		t.Helper()
		if got, err := AnyAlive(probe, 0, r.n); got != want || err != nil {
			t.Errorf("%s: AnyAlive = %v, %v, want %v", when, got, err, want)
		}
	}
	check("an empty table", false)
	m := r.join(t, nil)
	check("one member", true)
	die(m)
	check("a dead member", false)
}

func TestJoinRefuses(t *testing.T) {
	r := newRig(t, 2)
	for name, mem := range map[string][]byte{
		"no memory":  nil,
		"odd size":   r.region[:TableSize(2)-8],
		"misaligned": r.region[8 : 8+TableSize(1)],
	} {
		cfg := r.config(t, nil)
		cfg.Mem = mem
		if _, err := Join(cfg); err == nil {
			t.Errorf("%s: Join succeeded", name)
		}
	}
}

// Once an observer has seen a member dead, none sees it alive again, whoever
// sweeps, adopts and reuses the slot meanwhile.
func TestDeadStaysDead(t *testing.T) {
	r := newRig(t, 2)
	watcher := r.join(t, nil)
	for range 200 {
		victim := r.join(t, nil)
		die(victim)
		if watcher.Alive(victim.ID()) {
			t.Fatal("a dead member is alive")
		}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if watcher.Alive(victim.ID()) {
					t.Error("a dead member came to life")
					return
				}
			}
		})
		next := r.join(t, nil) // adopts
		_, _ = next.Reap()
		_ = next.Leave()
		close(stop)
		wg.Wait()
	}
}
