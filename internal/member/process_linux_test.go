package member

import (
	"context"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

const slots = 8

// joiner joins, says its id, and stops at "joined".
var joiner = reexec.Register("joiner", func(c *reexec.Child) {
	r := attachRig(c, c.File(0), slots)
	m := r.join(c, nil)
	c.Say(strconv.FormatUint(uint64(m.ID()), 10))
	c.At("joined")
	if len(c.Args) > 0 {
		spawnSleeper(c)
		c.At("forked")
	}
})

func start(t *testing.T, r *rig, name string, args ...string) (*reexec.Proc, futex.ID) {
	t.Helper()
	p := reexec.Start(t, name, reexec.Options{Files: []*os.File{r.file}, Args: args, Arm: []string{"joined", "forked"}})
	id, err := strconv.ParseUint(p.Hear(), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	p.WaitAt("joined")
	return p, futex.ID(id)
}

// sleeper parks a goroutine of m on a word of the rig until what it waits for is
// true: the evaluation is a function, as of a primitive.
func sleeper(m *Member, word *atomic.Uint32, cond func() bool) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		p := m.Park(word)
		defer m.Unpark(p)
		for {
			p.Look()
			v := word.Load()
			if cond() {
				return
			}
			_ = p.Wait(context.Background(), v)
		}
	}()
	return done
}

// eventually waits until cond holds; the test's time-out ends a hang.
func eventually(cond func() bool) {
	for !cond() {
		time.Sleep(200 * time.Microsecond)
	}
}

func (m *Member) watching() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.watched)
}

func (m *Member) parked(r *rig, i int) bool {
	want := uint64(TableSize(r.n) + 4*i)
	for info := range m.All() {
		if info.ID == m.id && slices.Contains(info.Parked, want) {
			return true
		}
	}
	return false
}

// A sleeper whose word nobody will ever touch again is woken by a death.
func TestDeathWakesSleepers(t *testing.T) {
	r, rec := newRig(t, slots), newRecorder()
	m := r.join(t, rec.sweep)
	p, id := start(t, r, joiner)
	done := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
	eventually(func() bool { return m.parked(r, 0) && m.watching() == 1 })
	p.Kill()
	<-done
	if got := <-rec.swept; got != id {
		t.Errorf("swept %#x, want %#x", got, id)
	}
	eventually(func() bool { return r.slot(int(id.Slot())).load().kind == free })
	eventually(func() bool { return m.watching() == 0 })
}

// The member dies, and is swept by somebody else, after the sleeper has looked
// and before this process watches anyone.
func TestSupervisionThatStartsLate(t *testing.T) {
	r := newRig(t, slots)
	m, other := r.join(t, nil), r.join(t, nil)
	p, id := start(t, r, joiner)
	place := m.lot.Park(r.word(0)) // Park without the start of supervision
	place.Look()
	if !m.Alive(id) {
		t.Fatal("the member is not alive")
	}
	p.Kill()
	eventually(func() bool { n, _ := other.Reap(); return n == 1 })
	go m.supervise.Do(func() { m.watchers.Go(m.watchTable) })
	for m.Alive(id) {
		t.Fatal("the member is alive")
	}
	if err := place.Wait(context.Background(), 0); err != nil { // must end
		t.Errorf("Wait: %v", err)
	}
	m.Unpark(place)
}

// A member that joins after everybody has gone to sleep is watched too.
func TestLateJoinerIsWatched(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	var id atomic.Uint32
	done := sleeper(m, r.word(0), func() bool { v := futex.ID(id.Load()); return v != 0 && !m.Alive(v) })
	eventually(func() bool { return m.parked(r, 0) })
	p, late := start(t, r, joiner)
	eventually(func() bool { return m.watching() == 1 })
	id.Store(uint32(late))
	p.Kill()
	<-done
}

// Leaving wakes sleepers as dying does.
func TestLeaveWakesSleepers(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	done := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
	eventually(func() bool { return m.parked(r, 0) && m.watching() == 1 })
	p.Resume() // leaves
	<-done
	eventually(func() bool { return m.watching() == 0 })
}

func TestStoppedMemberIsAlive(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	p.Stop()
	if n, err := m.Reap(); n != 0 || err != nil || !m.Alive(id) {
		t.Errorf("a stopped member: Reap = %d, %v, Alive = %v", n, err, m.Alive(id))
	}
	p.Cont()
	p.Resume()
}

// sweeping joins, reaps, and stops inside Sweep.
var sweeping = reexec.Register("sweeping", func(c *reexec.Child) {
	r := attachRig(c, c.File(0), slots)
	m := r.join(c, func(futex.ID) error { c.At("sweeping"); return nil })
	_, _ = m.Reap()
	c.Say("reaped")
})

// A member is killed while it sweeps another: the next one sweeps both.
func TestSweeperKilled(t *testing.T) {
	r, rec := newRig(t, slots), newRecorder()
	m := r.join(t, rec.sweep)
	p, id := start(t, r, joiner)
	p.Kill()
	sweeper := reexec.Start(t, sweeping, reexec.Options{Files: []*os.File{r.file}, Arm: []string{"sweeping"}})
	sweeper.WaitAt("sweeping")
	if n, err := m.Reap(); n != 0 || err != nil {
		t.Errorf("Reap beside a sweeper = %d, %v, want 0", n, err)
	}
	if m.Alive(id) {
		t.Error("the dead member is alive while it is swept")
	}
	sweeper.Kill()
	if n, err := m.Reap(); n != 2 || err != nil {
		t.Errorf("Reap = %d, %v, want 2", n, err)
	}
	if got := rec.all(); len(got) != 2 || got[0] != id {
		t.Errorf("swept %#x, want %#x and the sweeper", got, id)
	}
}

// The table lists what members of other processes are.
func TestAllShowsOtherProcesses(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	var got []Info
	for info := range m.All() {
		got = append(got, info)
	}
	if len(got) != 2 {
		t.Fatalf("%d members, want 2", len(got))
	}
	info := got[1]
	if info.ID != id || info.PID != uint32(p.PID()) || !info.Alive || info.Start == 0 || info.PIDNS != got[0].PIDNS {
		t.Errorf("the child is listed as %+v", info)
	}
	p.Kill()
	for info := range m.All() {
		if info.ID == id && info.Alive {
			t.Error("the killed child is listed as alive")
		}
	}
}
