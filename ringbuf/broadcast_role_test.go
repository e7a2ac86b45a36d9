package ringbuf

import (
	"errors"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

func TestBroadcastOpenRefuses(t *testing.T) {
	n := sizeCast[uint64](t, 8)
	good := testmem.Go(t, n)
	must[*Broadcast[uint64]](t)(NewBroadcast[uint64](good, Options{Capacity: 8, Overflow: DropOldest}))
	attach := func(mem []byte, o Options) error { _, err := AttachBroadcast[uint64](mem, o); return err }
	_, other := AttachBroadcast[int64](good, Options{Overflow: DropOldest})
	_, many := AttachMPMC[uint64](good, Options{Overflow: DropOldest})
	_, short := NewBroadcast[uint64](testmem.Go(t, n-1), Options{Capacity: 8})
	for what, c := range map[string]struct{ got, want error }{
		"good": {attach(good, Options{Capacity: 8, Overflow: DropOldest}), nil}, "mode": {attach(good, Options{}), ErrMode},
		"capacity": {attach(good, Options{Capacity: 3, Overflow: DropOldest}), ErrCapacity}, "type": {other, ErrType},
		"many to many": {many, ErrMagic}, "short": {short, ErrSize}, "cut": {attach(good[:n-64], Options{Overflow: DropOldest}), ErrSize},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", what, c.got, c.want)
		}
	}
	x := heapCast(t, Options{Capacity: 2})
	if _, err := x.Subscribe(x.pm, -1); !errors.Is(err, ErrSize) {
		t.Errorf("negative history: %v", err)
	}
}

func TestBroadcastRoles(t *testing.T) {
	x := heapCast(t, Options{Capacity: 2})
	if _, err := x.Publisher(x.town.member(3)); !errors.Is(err, ErrBusy) {
		t.Errorf("second publisher: %v", err)
	}
	var all []*Subscriber[message]
	for range maxSubscribers {
		all = append(all, x.join(t, 0))
	}
	if _, err := x.Subscribe(x.town.member(3), 0); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	all[3].Release()
	all[3].Release() // again is nothing
	must[*Subscriber[message]](t)(x.Subscribe(x.town.member(3), 0))
	x.p.Release()
	for what, f := range map[string]func(){
		"publish": func() { _ = x.p.TryPublish(message{}) }, "batch": func() { _, _ = x.p.TryPublishBatch(make([]message, 1)) },
		"next": func() { _ = all[3].TryNext(new(message)) },
	} {
		if !panics(f) {
			t.Errorf("%s with a released role does not panic", what)
		}
	}
	p := must[*Publisher[message]](t)(x.Publisher(x.town.member(3)))
	if err := p.TryPublish(messageOf(0)); err != nil {
		t.Fatal(err)
	}
	reads(t, all[0], 0, 1)
}

// TestBroadcastDeadSubscriber: whoever is dead is waited for no more, at once in Publish, and after
// some tries in TryPublish.
func TestBroadcastDeadSubscriber(t *testing.T) {
	for _, try := range []bool{false, true} {
		x := heapCast(t, Options{Capacity: 2})
		s := x.join(t, 0)
		x.town.dead[7].Store(true)
		must[*Subscriber[message]](t)(x.Subscribe(x.town.member(7), 0))
		for i := range uint64(2) {
			if err := x.p.TryPublish(messageOf(i)); err != nil {
				t.Fatal(err)
			}
		}
		reads(t, s, 0, 2)
		err := ErrFull
		if !try {
			err = x.p.Publish(t.Context(), messageOf(2))
		}
		for n := 0; try && err == ErrFull && n < 2*askEvery; n++ {
			err = x.p.TryPublish(messageOf(2))
		}
		if err != nil {
			t.Fatalf("publish past the dead: %v", err)
		}
		reads(t, s, 2, 3)
		if x.entry(1).Load() != 0 {
			t.Error("the dead one has its place still")
		}
	}
}
