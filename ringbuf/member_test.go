package ringbuf

import (
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
)

// town is the members of a test inside one process; double is one of them.
type town struct{ dead [8]atomic.Bool }

type double struct {
	futex.Lot
	id   futex.ID
	town *town
}

func (t *town) member(id futex.ID) *double { return &double{id: id, town: t} }

func (m *double) ID() futex.ID { return m.id }

func (m *double) Alive(id futex.ID) bool {
	return int(id) < len(m.town.dead) && !m.town.dead[id].Load()
}

func (m *double) Park(w *atomic.Uint32) *futex.Place { return m.Lot.Park(w) }

func (m *double) Unpark(p *futex.Place) { m.Lot.Unpark(p) }

// kill makes id dead and tells the survivors.
func (t *town) kill(id futex.ID, survivors ...*double) {
	t.dead[id].Store(true)
	for _, m := range survivors {
		m.Nudge()
	}
}

// pair is both sides of a ring, by two members of one town.
type pair[T any] struct {
	*SPSC[T]
	town *town
	mem  []byte
	pm   *double
	cm   *double
	p    *Producer[T]
	c    *Consumer[T]
}

func must[V any](tb testing.TB) func(V, error) V {
	return func(v V, err error) V {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// open makes a ring in mem whose first message has the number first, and takes both roles.
func open[T any](tb testing.TB, mem []byte, capacity int, first uint64) *pair[T] {
	tb.Helper()
	t := &town{}
	r := must[*SPSC[T]](tb)(newSPSC[T](mem, capacity, first))
	x := &pair[T]{SPSC: r, town: t, mem: mem, pm: t.member(1), cm: t.member(2)}
	x.p = must[*Producer[T]](tb)(r.Producer(x.pm))
	x.c = must[*Consumer[T]](tb)(r.Consumer(x.cm))
	return x
}

func size[T any](tb testing.TB, capacity int) int {
	tb.Helper()
	return must[int](tb)(SizeSPSC[T](capacity))
}
