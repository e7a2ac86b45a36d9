package ringbuf

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// asked is a member that does something while it is asked whether another lives.
type asked struct {
	*double
	then func()
}

func (m asked) Alive(id futex.ID) bool {
	m.then()
	return m.double.Alive(id)
}

// Of two who find the owner of a role dead, the one whose compare-and-swap comes second, after
// the role was taken over and is a living member's, does not get it.
func TestRoleTakenMeanwhile(t *testing.T) {
	one, bytes, cast := heapPair(t, 4), heapBytes(t, 64, false), heapCast(t, Options{Capacity: 4})
	for name, x := range map[string]struct {
		town *town
		take func(m futex.Member) error
	}{
		"producer":       {one.town, func(m futex.Member) error { _, err := one.Producer(m); return err }},
		"consumer":       {one.town, func(m futex.Member) error { _, err := one.Consumer(m); return err }},
		"bytes producer": {bytes.town, func(m futex.Member) error { _, err := bytes.Bytes.Producer(m); return err }},
		"bytes consumer": {bytes.town, func(m futex.Member) error { _, err := bytes.Bytes.Consumer(m); return err }},
		"publisher":      {cast.town, func(m futex.Member) error { _, err := cast.Publisher(m); return err }},
	} {
		t.Run(name, func(t *testing.T) {
			x.town.dead[1].Store(true)
			x.town.dead[2].Store(true)
			late := asked{x.town.member(3), func() {}}
			late.then = func() {
				late.then = func() {}
				if err := x.take(x.town.member(4)); err != nil {
					t.Errorf("the first: %v", err)
				}
			}
			m := &late
			if err := x.take(m); !errors.Is(err, ErrBusy) {
				t.Errorf("the second: %v, want ErrBusy", err)
			}
		})
	}
}

// A role whose ring turns out to be corrupt is not kept.
func TestRoleOfACorruptRing(t *testing.T) {
	x := heapPair(t, 4)
	x.p.Release()
	x.c.Release()
	x.slots.at(0).stamp.Store(12345)
	if _, err := x.Consumer(x.cm); !errors.Is(err, ErrCorrupt) || x.consumer.Load() != 0 {
		t.Errorf("consumer: %v, and the role is %d's", err, x.consumer.Load())
	}
	y := heapPair(t, 4)
	y.p.Release()
	y.slots.at(2).stamp.Store(12345)
	if _, err := y.Producer(y.pm); !errors.Is(err, ErrCorrupt) || y.producer.Load() != 0 {
		t.Errorf("producer: %v, and the role is %d's", err, y.producer.Load())
	}
}

// A wait that is about to end with an error looks once more: what came just before is not lost.
func TestLastLook(t *testing.T) {
	done, cancel := context.WithCancel(t.Context())
	cancel()
	x, y := heapPair(t, 4), heapCrowd(t, Options{Capacity: 4})
	w := wait{word: x.toProducer, plain: x.plainPush, peer: x.producer, member: x.cm}
	l := lull{word: y.toSenders, plain: y.plainPush, member: y.rm}
	alone := func() (bool, bool) { return false, true }
	others := func() (bool, bool) { return false, false }
	spread := func(uint32) {}
	for name, until := range map[string]func(try func() error) error{
		"context":            func(try func() error) error { return w.until(done, ErrEmpty, try, spread) },
		"context of several": func(try func() error) error { return l.until(done, ErrEmpty, try, others) },
		"alone":              func(try func() error) error { return l.until(t.Context(), ErrEmpty, try, alone) },
		"dead": func(try func() error) error {
			x.town.dead[1].Store(true)
			defer x.town.dead[1].Store(false)
			return w.until(t.Context(), ErrEmpty, try, spread)
		},
	} {
		tries := 0
		err := until(func() error {
			if tries++; tries == 1 {
				return ErrEmpty
			}
			return nil
		})
		if err != nil || tries != 2 {
			t.Errorf("%s: %v after %d looks", name, err, tries)
		}
	}
}

// A handle that publishes without a fence has said so.
func TestPlainIsSaid(t *testing.T) {
	x, y, z, c := heapPair(t, 4), heapCrowd(t, Options{Capacity: 4}), heapBytes(t, 64, false), heapCast(t, Options{Capacity: 4})
	s, v := c.join(t, 0), message{}
	turn := func() error {
		return errors.Join(x.p.TryPush(v), x.c.TryPop(&v), y.s.TryPush(v), y.c.TryPop(&v),
			z.p.TryPush(nil), second(z.c.TryPop(nil)), c.p.TryPublish(v), s.TryNext(&v))
	}
	for range earnAfter {
		if err := turn(); err != nil {
			t.Fatal(err)
		}
	}
	if plainStores && registerBarrier() { // what the first handle asks for, in its own time
		registration.once.Do(func() {})
		registration.done.Store(true)
	}
	for range 2 {
		if err := turn(); err != nil {
			t.Fatal(err)
		}
	}
	for name, h := range map[string]struct {
		fast bool
		said uint32
	}{
		"push": {x.p.fast, x.plainPush.Load()}, "pop": {x.c.fast, x.plainPop.Load()},
		"send": {y.s.fast, y.plainPush.Load()}, "receive": {y.c.fast, y.plainPop.Load()},
		"write": {z.p.fast, z.plainPush.Load()}, "read": {z.c.fast, z.plainPop.Load()},
		"publish": {c.p.fast, c.plainPublish.Load()}, "next": {s.fast, c.plainRead.Load()},
	} {
		if h.fast != (plainStores && registration.done.Load()) || h.fast != (h.said == 1) {
			t.Errorf("%s: without a fence is %v, and the ring says %d", name, h.fast, h.said)
		}
	}
}

// Whoever takes a role anew publishes with a fence, whatever the one before it had said.
func TestNewHandlesAreFenced(t *testing.T) {
	x, y, z := heapPair(t, 4), heapBytes(t, 64, false), heapCast(t, Options{Capacity: 4})
	for _, release := range []func(){x.p.Release, x.c.Release, y.p.Release, y.c.Release, z.p.Release} {
		release()
	}
	said := map[string]*atomic.Uint32{
		"producer": x.plainPush, "consumer": x.plainPop, "bytes producer": y.plainPush, "bytes consumer": y.plainPop, "publisher": z.plainPublish,
	}
	for _, word := range said {
		goPlain(word)
	}
	must[*Producer[message]](t)(x.Producer(x.pm))
	must[*Consumer[message]](t)(x.Consumer(x.cm))
	must[*BytesProducer](t)(y.Bytes.Producer(y.pm))
	must[*BytesConsumer](t)(y.Bytes.Consumer(y.cm))
	must[*Publisher[message]](t)(z.Publisher(z.pm))
	for who, word := range said {
		if got := word.Load(); got != 0 {
			t.Errorf("a new %s has said %d", who, got)
		}
	}
}

func second[V any](_ V, err error) error { return err }
