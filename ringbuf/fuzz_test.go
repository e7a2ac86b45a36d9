package ringbuf

import (
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
	"pgregory.net/rapid"
)

// TestFuzz runs random calls against a slice that does what a ring should.
func TestFuzz(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		capacity := rapid.IntRange(1, 9).Draw(rt, "capacity")
		first := rapid.Uint64().Draw(rt, "first")
		mem := testmem.Go(t, size[message](t, capacity))
		f := &reference{pair: open[message](t, mem, capacity, first), first: first}
		rt.Repeat(map[string]func(*rapid.T){
			"push": f.push, "pop": f.pop, "pushBatch": f.pushBatch, "popBatch": f.popBatch,
			"newProducer": f.newProducer, "newConsumer": f.newConsumer, "close": f.close, "": f.check,
		})
	})
}

// reference is the slow ring beside the real one.
type reference struct {
	*pair[message]
	stored         []message
	pushed, popped uint64
	first          uint64
	shut           bool
}

// full and none are the errors of a push and of a pop of nothing.
func (f *reference) full() error {
	switch {
	case f.shut:
		return ErrClosed
	case len(f.stored) == f.Cap():
		return ErrFull
	}
	return nil
}

func (f *reference) none() error {
	switch {
	case len(f.stored) > 0:
		return nil
	case f.shut:
		return ErrClosed
	}
	return ErrEmpty
}

func (f *reference) push(t *rapid.T) {
	want := f.full()
	if err := f.p.TryPush(messageOf(f.pushed)); err != want {
		t.Fatalf("push: %v, want %v", err, want)
	}
	if want == nil {
		f.stored = append(f.stored, messageOf(f.pushed))
		f.pushed++
	}
}

func (f *reference) pushBatch(t *rapid.T) {
	src := make([]message, rapid.IntRange(0, 12).Draw(t, "n"))
	for i := range src {
		src[i] = messageOf(f.pushed + uint64(i))
	}
	want, wantErr := min(len(src), f.Cap()-len(f.stored)), f.full()
	if wantErr != nil {
		want = 0
	}
	if len(src) == 0 && wantErr == ErrFull {
		wantErr = nil
	}
	n, err := f.p.TryPushBatch(src)
	if n != want || err != wantErr {
		t.Fatalf("batch of %d: %d, %v; want %d, %v", len(src), n, err, want, wantErr)
	}
	f.stored = append(f.stored, src[:n]...)
	f.pushed += uint64(n)
}

func (f *reference) pop(t *rapid.T) {
	const untouched = 1 << 60
	got, want := messageOf(untouched), f.none()
	err := f.c.TryPop(&got)
	if err != want {
		t.Fatalf("pop: %v, want %v", err, want)
	}
	if want != nil && got != messageOf(untouched) {
		t.Fatalf("a failed pop wrote %v", got)
	}
	if want == nil {
		f.took(t, []message{got})
	}
}

func (f *reference) popBatch(t *rapid.T) {
	dst := make([]message, rapid.IntRange(0, 12).Draw(t, "n"))
	want, wantErr := min(len(dst), len(f.stored)), f.none()
	if len(dst) == 0 {
		wantErr = nil
	}
	n, err := f.c.TryPopBatch(dst)
	if n != want || err != wantErr {
		t.Fatalf("batch of %d: %d, %v; want %d, %v", len(dst), n, err, want, wantErr)
	}
	f.took(t, dst[:n])
}

func (f *reference) took(t *rapid.T, got []message) {
	for i, m := range got {
		if m != f.stored[i] {
			t.Fatalf("popped %v, want %v", m, f.stored[i])
		}
	}
	f.stored = f.stored[len(got):]
	f.popped += uint64(len(got))
}

// newProducer hands the role on, by release or by death.
func (f *reference) newProducer(t *rapid.T) {
	next := f.town.member(f.pm.id ^ 4)
	if rapid.Bool().Draw(t, "dies") {
		f.town.dead[f.pm.id].Store(true)
	} else {
		f.p.Release()
	}
	p, err := f.Producer(next)
	if err != nil {
		t.Fatalf("take over: %v", err)
	}
	f.town.dead[f.pm.id].Store(false)
	f.p, f.pm = p, next
}

func (f *reference) newConsumer(t *rapid.T) {
	next := f.town.member(f.cm.id ^ 4)
	if rapid.Bool().Draw(t, "dies") {
		f.town.dead[f.cm.id].Store(true)
	} else {
		f.c.Release()
	}
	c, err := f.Consumer(next)
	if err != nil {
		t.Fatalf("take over: %v", err)
	}
	f.town.dead[f.cm.id].Store(false)
	f.c, f.cm = c, next
}

func (f *reference) close(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
		f.shut = true
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *reference) check(t *rapid.T) {
	if f.Len() != len(f.stored) || f.c.Seq() != f.first+f.popped {
		t.Fatalf("Len %d, Seq %d; want %d, %d", f.Len(), f.c.Seq(), len(f.stored), f.first+f.popped)
	}
}
