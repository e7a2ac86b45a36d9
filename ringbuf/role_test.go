package ringbuf

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/testmem"
)

func heapPair(t *testing.T, capacity int) *pair[message] {
	return open[message](t, testmem.Go(t, size[message](t, capacity)), capacity, 0)
}

func TestRoles(t *testing.T) {
	x := heapPair(t, 4)
	third := x.town.member(3)
	for _, m := range []futex.Member{third, x.pm, x.cm} { // neither another process nor the same one
		if _, err := x.Producer(m); !errors.Is(err, ErrBusy) {
			t.Errorf("second producer: %v", err)
		}
		if _, err := x.Consumer(m); !errors.Is(err, ErrBusy) {
			t.Errorf("second consumer: %v", err)
		}
	}
	x.p.Release()
	x.p.Release() // again is nothing
	x.c.Release()
	p := must[*Producer[message]](t)(x.Producer(third))
	c := must[*Consumer[message]](t)(x.Consumer(third)) // one process may have both
	if err := p.TryPush(messageOf(1)); err != nil {
		t.Fatal(err)
	}
	if v, err := c.Pop(t.Context()); err != nil || v != messageOf(1) {
		t.Fatal(v, err)
	}
	for what, f := range map[string]func(){
		"push": func() { _ = x.p.TryPush(message{}) }, "batch": func() { _, _ = x.p.TryPushBatch(make([]message, 1)) },
		"pop": func() { _ = x.c.TryPop(new(message)) }, "pop batch": func() { _, _ = x.c.TryPopBatch(make([]message, 1)) },
	} {
		if !panics(f) {
			t.Errorf("%s with a released role does not panic", what)
		}
	}
	if x.Len() != 0 || x.toProducer.Load() != 0 {
		t.Error("a released role changed the ring")
	}
}

// A push that Close overtook is taken back, and may be popped at the same time: the stamp then says
// taken back, and head that it was popped. That is no corruption, for those who have a role and for
// those who take one. In a ring that is open it is.
func TestTakenBackAndPopped(t *testing.T) {
	for _, capacity := range []int{1, 4} {
		for _, isClosed := range []bool{true, false} {
			x := heapPair(t, capacity)
			if err := x.p.TryPush(messageOf(1)); err != nil {
				t.Fatal(err)
			}
			if err := x.c.TryPop(new(message)); err != nil {
				t.Fatal(err)
			}
			want := ErrCorrupt
			if isClosed {
				want = ErrClosed
				_ = x.Close()
			}
			x.slots.at(0).stamp.Store(x.stale(0)) // as retract, after the pop
			if err := x.c.TryPop(new(message)); (capacity == 1 || isClosed) && !errors.Is(err, want) {
				t.Errorf("capacity %d, closed %v: TryPop = %v", capacity, isClosed, err)
			}
			x.p.Release()
			x.c.Release()
			_, perr := x.Producer(x.pm)
			_, cerr := x.Consumer(x.cm)
			if isClosed && (perr != nil || cerr != nil) || !isClosed && !errors.Is(perr, ErrCorrupt) {
				t.Errorf("capacity %d, closed %v: Producer %v, Consumer %v", capacity, isClosed, perr, cerr)
			}
		}
	}
}

func panics(f func()) (yes bool) {
	defer func() { yes = recover() != nil }()
	f()
	return false
}

// TestTakeOver: whoever takes over from the dead goes on at the right message.
func TestTakeOver(t *testing.T) {
	x := heapPair(t, 4)
	i, j := uint64(0), uint64(0)
	for range 20 {
		x.town.kill(x.pm.id)
		pm := x.town.member(x.pm.id ^ 4)
		x.p = must[*Producer[message]](t)(x.Producer(pm))
		x.town.dead[x.pm.id].Store(false)
		x.pm = pm
		for x.p.TryPush(messageOf(i)) == nil {
			i++
		}
		x.town.kill(x.cm.id)
		cm := x.town.member(x.cm.id ^ 4)
		x.c = must[*Consumer[message]](t)(x.Consumer(cm))
		x.town.dead[x.cm.id].Store(false)
		x.cm = cm
		var v message
		for range 3 {
			if err := x.c.TryPop(&v); err != nil || v != messageOf(j) || x.c.Seq() != j+1 {
				t.Fatalf("message %d: %v, %v, Seq %d", j, v, err, x.c.Seq())
			}
			j++
		}
	}
}

// TestHalfABatch: a producer killed inside a batch leaves stamps behind the tail, and none of its
// messages.
func TestHalfABatch(t *testing.T) {
	for last := uint64(2); last <= 4; last++ {
		x := heapPair(t, 4)
		if err := x.p.TryPush(messageOf(0)); err != nil {
			t.Fatal(err)
		}
		for i := uint64(4); i >= last; i-- { // messages from last on without number 1
			x.slots.at(i - 1).value = messageOf(100)
			x.slots.at(i - 1).stamp.Store(i)
		}
		if last == 2 {
			x.slots.at(1).stamp.Store(x.stale(1)) // it hands the batch over, and was not stored
		}
		x.town.dead[1].Store(true)
		p := must[*Producer[message]](t)(x.Producer(x.town.member(3)))
		if p.next != 1 || x.Len() != 1 {
			t.Fatalf("the tail is %d, Len %d", p.next, x.Len())
		}
		if v, err := x.c.Pop(t.Context()); err != nil || v != messageOf(0) {
			t.Fatal(v, err)
		}
		if err := oneAlone(p, x.c); err != nil {
			t.Fatalf("with stamps from %d on: %v", last, err)
		}
		exactlyOnceFrom(t, p, x.c, 2, 20)
	}
}

// exactlyOnceFrom moves the messages from first to last-1.
func exactlyOnceFrom(t *testing.T, p *Producer[message], c *Consumer[message], first, last uint64) {
	t.Helper()
	sent := make(chan error)
	go func() { sent <- hows[2].send(t.Context(), p, first, last) }()
	err := hows[2].receive(t.Context(), c, first, last)
	if e := <-sent; e != nil || err != nil {
		t.Fatalf("send: %v, receive: %v", e, err)
	}
}

// gasping is a member to whom the peer is dead, and whose peer did something just before.
type gasping struct {
	*double
	gasp func()
}

func (m *gasping) Alive(futex.ID) bool {
	m.gasp()
	return false
}

// TestLastGasp: what a peer did between the last look at the ring and its death is seen.
func TestLastGasp(t *testing.T) {
	x := heapPair(t, 2)
	once := true
	x.c.member = &gasping{x.cm, func() {
		if once {
			_ = x.p.TryPush(messageOf(7))
		}
		once = false
	}}
	if v, err := x.c.Pop(t.Context()); err != nil || v != messageOf(7) {
		t.Errorf("pop: %v, %v", v, err)
	}
	if _, err := x.c.Pop(t.Context()); err != ErrPeerDied {
		t.Errorf("second pop: %v", err)
	}
	x = heapPair(t, 2)
	must[int](t)(x.p.TryPushBatch(make([]message, 2)))
	x.p.member = &gasping{x.pm, func() { _ = x.c.TryPop(new(message)) }}
	if err := x.p.Push(t.Context(), message{}); err != nil {
		t.Errorf("push: %v", err)
	}
}

// TestPeerDies: a death ends the other side's wait, after what is stored was delivered.
func TestPeerDies(t *testing.T) {
	for name, asleep := range map[string]bool{"before": false, "during": true} {
		t.Run("producer/"+name, func(t *testing.T) {
			x := heapPair(t, 2)
			must[int](t)(x.p.TryPushBatch(make([]message, 2)))
			dies(t, x, x.pm, x.cm, asleep, x.toProducer.Load, func() error { _, err := x.c.Pop(t.Context()); return err })
			x.Producer(x.town.member(3)) // attaches
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			if _, err := x.c.Pop(ctx); err != context.DeadlineExceeded {
				t.Errorf("pop with a new producer: %v", err)
			}
		})
		t.Run("consumer/"+name, func(t *testing.T) {
			x := heapPair(t, 2)
			dies(t, x, x.cm, x.pm, asleep, x.toConsumer.Load, func() error { return x.p.Push(t.Context(), message{}) })
			c := must[*Consumer[message]](t)(x.Consumer(x.town.member(3)))
			must[int](t)(c.TryPopBatch(make([]message, 2)))
			if err := x.p.Push(t.Context(), message{}); err != nil {
				t.Errorf("push with a new consumer: %v", err)
			}
		})
	}
}

// dies makes two calls that succeed, a third that waits, and a fourth; victim dies before the
// third, or while it sleeps.
func dies(t *testing.T, x *pair[message], victim, survivor *double, asleep bool, bell func() uint32, call func() error) {
	t.Helper()
	if !asleep {
		x.town.kill(victim.id, survivor)
	}
	for range 2 {
		if err := call(); err != nil {
			t.Fatalf("what is stored, or room: %v", err)
		}
	}
	if asleep {
		go func() {
			for bell()&parked == 0 {
				time.Sleep(time.Millisecond)
			}
			x.town.kill(victim.id, survivor)
		}()
	}
	for range 2 {
		if err := call(); err != ErrPeerDied {
			t.Fatalf("after the peer's death: %v, want ErrPeerDied", err)
		}
	}
}

// TestReleaseIsNoDeath: a consumer waits for the next producer.
func TestReleaseIsNoDeath(t *testing.T) {
	x := heapPair(t, 2)
	x.p.Release()
	go func() {
		for x.toProducer.Load()&parked == 0 {
			time.Sleep(time.Millisecond)
		}
		if p, err := x.Producer(x.town.member(3)); err == nil {
			_ = p.TryPush(messageOf(5))
		}
	}()
	if v, err := x.c.Pop(t.Context()); err != nil || v != messageOf(5) {
		t.Fatal(v, err)
	}
}
