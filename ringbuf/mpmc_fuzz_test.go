package ringbuf

import (
	"testing"

	"pgregory.net/rapid"
)

// TestMPMCFuzz runs random calls against a slice that does what a ring should.
func TestMPMCFuzz(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := Options{Capacity: rapid.IntRange(1, 9).Draw(rt, "capacity"), Overflow: Overflow(rapid.IntRange(0, 1).Draw(rt, "mode"))}
		x := heapCrowd(t, o)
		f := &slowMPMC{x: openMPMC[message](t, x.mem, o, rapid.Uint64().Draw(rt, "first"))}
		rt.Repeat(map[string]func(*rapid.T){"push": f.push, "pop": f.pop, "take": f.take, "die": f.die, "close": f.close, "": f.check})
	})
}

// slowMPMC is the slow ring beside the real one.
type slowMPMC struct {
	x       *crowd[message]
	stored  []uint64
	pushed  uint64
	dropped uint64
	shut    bool
	alive   int // successors so far
}

func (f *slowMPMC) push(t *rapid.T) {
	src := make([]message, rapid.IntRange(0, 12).Draw(t, "n"))
	for i := range src {
		src[i] = messageOf(f.pushed + uint64(i))
	}
	room := f.x.Cap() - len(f.stored)
	want, wantErr := min(len(src), room), error(nil)
	if f.x.mode == DropOldest {
		want = min(len(src), f.x.Cap())
	}
	switch {
	case f.shut:
		want, wantErr = 0, ErrClosed
	case want == 0 && len(src) > 0:
		wantErr = ErrFull
	}
	n, err := 0, error(nil)
	if len(src) == 1 {
		if err = f.x.s.TryPush(src[0]); err == nil {
			n = 1
		}
	} else {
		n, err = f.x.s.TryPushBatch(src)
	}
	if n != want || err != wantErr {
		t.Fatalf("push of %d: %d, %v; want %d, %v", len(src), n, err, want, wantErr)
	}
	for range n {
		f.stored = append(f.stored, f.pushed)
		f.pushed++
	}
	if over := len(f.stored) - f.x.Cap(); over > 0 {
		f.stored = f.stored[over:]
		f.dropped += uint64(over)
	}
}

func (f *slowMPMC) none() error {
	switch {
	case len(f.stored) > 0:
		return nil
	case f.shut:
		return ErrClosed
	}
	return ErrEmpty
}

func (f *slowMPMC) pop(t *rapid.T) {
	dst := make([]message, rapid.IntRange(0, 12).Draw(t, "n"))
	want, wantErr := min(len(dst), len(f.stored)), f.none()
	if len(dst) == 0 {
		wantErr = nil
	}
	n, err := f.x.c.TryPopBatch(dst)
	if n != want || err != wantErr {
		t.Fatalf("pop of %d: %d, %v; want %d, %v", len(dst), n, err, want, wantErr)
	}
	for k := range n {
		if dst[k] != messageOf(f.stored[k]) {
			t.Fatalf("popped %v, want %d", dst[k], f.stored[k])
		}
	}
	f.stored = f.stored[n:]
}

// take takes a value, and in half of the cases dies with it: then the successor gets it, behind
// what is in order.
func (f *slowMPMC) take(t *rapid.T) {
	got, want := messageOf(1<<60), f.none()
	if err := f.x.c.TryTake(&got); err != want {
		t.Fatalf("take: %v, want %v", err, want)
	}
	if want != nil {
		return
	}
	if got != messageOf(f.stored[0]) {
		t.Fatalf("took %v, want %d", got, f.stored[0])
	}
	if f.x.mode == Block && len(f.stored) == 1 && rapid.Bool().Draw(t, "dies") {
		f.die(t)
		return
	}
	f.x.c.Done()
	f.stored = f.stored[1:]
}

// die has both members die and others take their places.
func (f *slowMPMC) die(t *rapid.T) {
	f.alive++
	sm, rm := f.x.town.member(3), f.x.town.member(4)
	if f.alive%2 == 0 {
		sm, rm = f.x.town.member(1), f.x.town.member(2)
	}
	f.x.town.dead[f.x.sm.id].Store(true)
	f.x.town.dead[f.x.rm.id].Store(true)
	if !f.x.Repair(sm) || f.x.Repair(sm) {
		t.Fatal("Repair of the dead")
	}
	f.x.town.dead[f.x.sm.id].Store(false)
	f.x.town.dead[f.x.rm.id].Store(false)
	var err1, err2 error
	f.x.sm, f.x.rm = sm, rm
	f.x.s, err1 = f.x.Sender(sm)
	f.x.c, err2 = f.x.Receiver(rm)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
}

func (f *slowMPMC) close(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
		f.shut = true
		_ = f.x.Close()
	}
}

func (f *slowMPMC) check(t *rapid.T) {
	if n := f.x.Len(); n != len(f.stored) && f.x.strays.Load() == 0 || f.x.Dropped() != f.dropped {
		t.Fatalf("Len %d, Dropped %d; want %d, %d", n, f.x.Dropped(), len(f.stored), f.dropped)
	}
}
