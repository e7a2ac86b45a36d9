package ringbuf

import (
	"context"

	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
)

// studio is shared memory with a member table and a broadcast.
type studio struct {
	segment
	o Options
}

func studioSize(capacity int) int {
	n, err := SizeBroadcast[message](capacity)
	if err != nil {
		panic(err)
	}
	return tableSize() + n
}

func newStudio(tb testing.TB, o Options, first uint64) *studio {
	region, file := testmem.Shared(tb, studioSize(o.Capacity))
	s := &studio{segment{region, file}, o}
	must[*Broadcast[message]](tb)(newBroadcast[message](s.ring(), o, first))
	return s
}

func (s *studio) run(tb testing.TB, name string, args ...any) *reexec.Proc {
	all := []string{fmt.Sprint(s.o.Capacity), fmt.Sprint(uint32(s.o.Overflow))}
	for _, a := range args {
		all = append(all, fmt.Sprint(a))
	}
	return reexec.Start(tb, name, reexec.Options{Files: []*os.File{s.file}, Args: all, Timeout: 2 * time.Minute})
}

func (s *studio) here(tb testing.TB) (*Broadcast[message], *member.Member) {
	return must[*Broadcast[message]](tb)(AttachBroadcast[message](s.ring(), s.o)), s.join(tb)
}

func tuneIn(c *reexec.Child) (*Broadcast[message], *member.Member) {
	o := Options{int(arg(c, 0)), Overflow(arg(c, 1))}
	s := &segment{testmem.Map(c, c.File(0), studioSize(o.Capacity)), c.File(0)}
	m := s.join(c)
	b, err := AttachBroadcast[message](s.ring(), o)
	check(c, err)
	return b, m
}

// Children. Their further arguments: the batch, and for the speaker the first value and the one after
// the last. A listener says how many it read and lost.
var (
	speaker = reexec.Register("speaker", func(c *reexec.Child) {
		b, m := tuneIn(c)
		p, err := b.Publisher(m)
		check(c, err)
		c.At("ready")
		check(c, publishRange(context.Background(), p, int(arg(c, 2)), arg(c, 3), arg(c, 4)))
		p.Release()
	})
	listener = reexec.Register("listener", func(c *reexec.Child) {
		b, m := tuneIn(c)
		s, err := b.Subscribe(m, 0)
		check(c, err)
		c.At("ready")
		read, err := follow(context.Background(), s, int(arg(c, 2)), 0)
		check(c, err)
		c.Say(fmt.Sprint(read + s.Lost()))
		s.Release()
	})
)

// TestBroadcastThreeProcesses: a publisher and two subscribers, each a process.
func TestBroadcastThreeProcesses(t *testing.T) {
	n := rounds(20_000, 5_000_000)
	for _, o := range []Options{{2, Block}, {64, Block}, {2, DropOldest}, {64, DropOldest}} {
		for _, batch := range []int{0, 32} {
			t.Run(fmt.Sprint(o, "/", batch), func(t *testing.T) {
				s := newStudio(t, o, 0)
				b, _ := s.here(t)
				all := []*reexec.Proc{s.run(t, listener, batch), s.run(t, listener, batch)}
				for _, l := range all {
					l.WaitAt("ready")
				}
				over(t, []*reexec.Proc{s.run(t, speaker, batch, 0, n)})
				if err := b.Close(); err != nil {
					t.Fatal(err)
				}
				for _, l := range all {
					l.Expect(fmt.Sprint(n))
				}
				over(t, all)
			})
		}
	}
}

// TestBroadcastKill9 kills the publisher and subscribers at any time: those who are left go on.
func TestBroadcastKill9(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds(6, 300) {
		o := Options{[]int{2, 64}[round%2], Overflow(round / 2 % 2)}
		batch := round % 3 * 5
		s := newStudio(t, o, 0)
		b, m := s.here(t)
		mine := must[*Subscriber[message]](t)(b.Subscribe(m, 0))
		procs := []*reexec.Proc{s.run(t, listener, batch), s.run(t, listener, batch), s.run(t, speaker, batch, 0, endless)}
		for _, p := range procs {
			p.WaitAt("ready")
		}
		read := make(chan error)
		go func() { _, err := follow(t.Context(), mine, batch, 0); read <- err }()
		for _, k := range rng.Perm(2) {
			time.Sleep(time.Duration(rng.IntN(500)) * time.Microsecond)
			procs[k].Kill()
		}
		time.Sleep(time.Duration(rng.IntN(500)) * time.Microsecond)
		procs[2].Kill()
		if err := <-read; err != ErrPeerDied {
			t.Fatalf("after the publisher's death: %v", err)
		}
		p := must[*Publisher[message]](t)(b.Publisher(m))
		if err := goesOn(p, mine, m); err != nil {
			t.Fatal(err)
		}
	}
}

// goesOn has the successor of a dead publisher publish three laps, to who was there before and to one
// who joins.
func goesOn(p *Publisher[message], old *Subscriber[message], m *member.Member) error {
	p.bury()
	young, err := p.ring.Subscribe(m, p.ring.Cap())
	if err != nil {
		return err
	}
	for young.Seq() != p.next {
		var v message
		if err := young.TryNext(&v); err != nil || v != messageOf(young.Seq()-1) {
			return fmt.Errorf("history: value %d is %v: %w", young.Seq()-1, v, err)
		}
	}
	for range 3 * p.ring.Cap() {
		want := messageOf(p.next)
		if err := p.TryPublish(want); err != nil {
			return fmt.Errorf("publish %d: %w", p.next, err)
		}
		for _, s := range []*Subscriber[message]{old, young} {
			var v message
			if err := s.TryNext(&v); err != nil || v != want {
				return fmt.Errorf("value %d is %v: %w", p.next-1, v, err)
			}
		}
	}
	return nil
}

// TestBroadcastStoppedIsAlive: a stopped subscriber is waited for, and gets every value.
func TestBroadcastStoppedIsAlive(t *testing.T) {
	s := newStudio(t, Options{Capacity: 4}, 0)
	b, m := s.here(t)
	p := must[*Publisher[message]](t)(b.Publisher(m))
	l := s.run(t, listener, 0)
	l.WaitAt("ready")
	l.Stop()
	n := uint64(0)
	for ; p.TryPublish(messageOf(n)) == nil; n++ {
	}
	for range 3 * askEvery {
		if err := p.TryPublish(message{}); err != ErrFull {
			t.Fatalf("publish past a stopped subscriber: %v", err)
		}
	}
	l.Cont()
	if err := publishRange(t.Context(), p, 0, n, 100); err != nil {
		t.Fatal(err)
	}
	b.Close()
	l.Expect("100")
	over(t, []*reexec.Proc{l})
}

// steppedCast does one operation in a region that is stepped through. The ring has capacity 4 and
// three values, of which the test's subscriber has read one.
var steppedCast = reexec.Register("steppedCast", func(c *reexec.Child) {
	b, m := tuneIn(c)
	two := []message{messageOf(1<<64 - 1), messageOf(0)}
	switch c.Args[2] {
	case "publish", "publishBatch":
		p, err := b.Publisher(m)
		check(c, err)
		if c.Args[3] == "plain" && plainStores && registerBarrier() {
			p.fast = goPlain(b.plainPublish)
		}
		if c.Args[2] == "publish" {
			stepkill.Region(c, func() { _ = p.TryPublish(two[0]) })
		} else {
			stepkill.Region(c, func() { _, _ = p.TryPublishBatch(two) })
		}
	case "read":
		s, err := b.Subscribe(m, 3)
		check(c, err)
		stepkill.Region(c, func() { _, _ = s.TryNextBatch(two) })
	case "join":
		stepkill.Region(c, func() { _, _ = b.Subscribe(m, 3) })
	case "claim":
		stepkill.Region(c, func() { _, _ = b.Publisher(m) })
	}
})

// TestBroadcastKilledAtEachInstruction: after each instruction of an operation the survivors go on:
// every value comes whole and in order, a publication that was killed happened or did not, and the
// dead hold nobody up.
func TestBroadcastKilledAtEachInstruction(t *testing.T) {
	for _, c := range []stepCase{
		{"publish", "plain", false, true}, {"publish", "fenced", true, false}, {"publishBatch", "plain", false, false},
		{"read", "fenced", true, true}, {"join", "fenced", false, false}, {"claim", "fenced", false, false},
	} {
		for _, mode := range []Overflow{Block, DropOldest} {
			t.Run(fmt.Sprint(c.op, "/", c.mode, "/", mode), func(t *testing.T) { c.killCast(t, mode) })
		}
	}
}

func (c stepCase) killCast(t *testing.T, mode Overflow) {
	s := newStudio(t, Options{4, mode}, 0)
	m := s.join(t)
	var mine *Subscriber[message]
	cfg := stepkill.Config{
		Child: steppedCast, Args: []string{"4", fmt.Sprint(uint32(mode)), c.op, c.mode}, Files: []*os.File{s.file},
		Prepare: func() { mine = c.prepareCast(t, s, m) },
		Verify: func(at stepkill.Point) error {
			if _, err := m.Reap(); err != nil {
				return err
			}
			return surviveCast(mine, m, c.op, at)
		},
	}
	if cfg.File = s.file; !stress {
		cfg.File, cfg.Watch = nil, s.region
	}
	t.Logf("%d kills", stepkill.Run(t, cfg))
}

// prepareCast makes a broadcast whose sequence numbers wrap within it.
func (c stepCase) prepareCast(t *testing.T, s *studio, m *member.Member) *Subscriber[message] {
	const first = 1<<64 - 4
	b := must[*Broadcast[message]](t)(newBroadcast[message](s.ring(), s.o, first))
	p := must[*Publisher[message]](t)(b.Publisher(m))
	mine := must[*Subscriber[message]](t)(b.Subscribe(m, 0))
	for i := uint64(first); i != first+3; i++ {
		must[int](t)(p.TryPublishBatch([]message{messageOf(i)}))
	}
	reads(t, mine, first, first+1)
	p.Release()
	if c.parked {
		b.toPublisher.Or(parked)
		b.toSubscribers.Or(parked)
	}
	return mine
}

func surviveCast(mine *Subscriber[message], m *member.Member, op string, at stepkill.Point) error {
	const before = 1<<64 - 1 // the number of the value that the operation publishes
	p, err := mine.ring.Publisher(m)
	if err != nil {
		return err
	}
	published := p.next - before
	want := map[string]uint64{"publish": 1, "publishBatch": 2}[op]
	if published > want || at.End && published != want {
		return fmt.Errorf("%d published", published)
	}
	var v message
	for mine.Seq() != p.next {
		if err := mine.TryNext(&v); err != nil || v != messageOf(mine.Seq()-1) {
			return fmt.Errorf("value %d is %v: %w", mine.Seq()-1, v, err)
		}
	}
	if err := mine.TryNext(&v); err != ErrEmpty {
		return fmt.Errorf("one more: %v, %w", v, err)
	}
	return goesOn(p, mine, m)
}
