package ringbuf

import (
	"bytes"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
	"pgregory.net/rapid"
)

// TestBytesFuzz runs random calls against a list that does what a ring should.
func TestBytesFuzz(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		capacity := rapid.SampledFrom([]int{64, 128, 512}).Draw(rt, "capacity")
		first := rapid.Uint64().Draw(rt, "first") &^ 7
		opt := BytesOptions{capacity, rapid.Bool().Draw(rt, "many")}
		mem := testmem.Go(t, bytesSize(t, capacity))
		f := &bytesReference{bytesPair: openBytes(t, mem, opt, first), tail: first}
		rt.Repeat(map[string]func(*rapid.T){
			"push": f.push, "batch": f.batch, "claim": f.claim, "settle": f.settle, "pop": f.pop, "peek": f.peek, "release": f.release,
			"newProducer": f.newProducer, "newConsumer": f.newConsumer, "flush": f.flushIt, "": f.check,
		})
	})
}

// entry is a record of the list, or padding.
type entry struct {
	data       []byte
	begin, end uint64
	state      string // "claimed", "stored", "padding"
	lease      Lease
}

// bytesReference is the slow ring beside the real one. entries[:seen] are out as views; the list
// begins at head.
type bytesReference struct {
	*bytesPair
	entries []*entry
	seen    int
	views   []View
	tail    uint64
	pending bool // a flush that was not noticed
	n       uint64
}

func (f *bytesReference) head() uint64 {
	if len(f.entries) == 0 {
		return f.tail
	}
	return f.entries[0].begin
}

// add makes room for n bytes, or says that there is none.
func (f *bytesReference) add(data []byte, state string) *entry {
	need, rest := round8(uint64(len(data))+8), uint64(f.Cap())-f.tail%uint64(f.Cap())
	pad := uint64(0)
	if need > rest {
		pad = rest
	}
	if f.tail+pad+need-f.head() > uint64(f.Cap()) {
		return nil
	}
	if pad > 0 {
		f.entries = append(f.entries, &entry{begin: f.tail, end: f.tail + pad, state: "padding"})
	}
	e := &entry{data: data, begin: f.tail + pad, end: f.tail + pad + need, state: state}
	f.entries = append(f.entries, e)
	f.tail = e.end
	return e
}

func (f *bytesReference) draw(t *rapid.T) []byte {
	f.n++
	return fillPayload(make([]byte, rapid.IntRange(0, f.MaxMessage()).Draw(t, "length")), f.n)
}

func (f *bytesReference) push(t *rapid.T) {
	data := f.draw(t)
	want := error(nil)
	if f.add(data, "stored") == nil {
		want = ErrFull
	}
	if err := f.p.TryPush(data); err != want {
		t.Fatalf("push of %d: %v, want %v", len(data), err, want)
	}
}

func (f *bytesReference) batch(t *rapid.T) {
	msgs, want := [][]byte{}, 0
	for range rapid.IntRange(1, 5).Draw(t, "n") {
		msgs = append(msgs, f.draw(t))
	}
	for want < len(msgs) && f.add(msgs[want], "stored") != nil {
		want++
	}
	n, err := f.p.TryPushBatch(msgs)
	if n != want || (err == ErrFull) != (want == 0) {
		t.Fatalf("batch: %d, %v, want %d", n, err, want)
	}
}

func (f *bytesReference) claim(t *rapid.T) {
	data := f.draw(t)
	e := f.add(data, "claimed")
	l, err := f.p.TryClaim(len(data))
	if (e == nil) != (err == ErrFull) || e != nil && err != nil {
		t.Fatalf("claim of %d: %v", len(data), err)
	}
	if e != nil {
		copy(l.Bytes(), data)
		e.lease = l
	}
}

func (f *bytesReference) settle(t *rapid.T) {
	for _, e := range f.entries {
		if e.state != "claimed" || e.lease.p == nil || !rapid.Bool().Draw(t, "this one") {
			continue
		}
		err := error(nil)
		if e.state = "stored"; rapid.Bool().Draw(t, "abort") {
			e.state = "padding"
			err = e.lease.Abort()
		} else {
			err = e.lease.Commit()
		}
		if err != nil || e.lease.Commit() != ErrLease {
			t.Fatalf("settle: %v", err)
		}
		return
	}
}

// look is what a peek should find: it goes past padding, and drops it if no view is out.
func (f *bytesReference) look() (*entry, error) {
	for f.seen < len(f.entries) {
		e := f.entries[f.seen]
		switch e.state {
		case "claimed":
			return nil, ErrEmpty
		case "stored":
			f.seen++
			return e, nil
		}
		if f.seen++; len(f.views) == 0 {
			f.entries, f.seen = f.entries[f.seen:], 0
		}
	}
	if f.pending {
		f.pending = false
		return nil, ErrFlushed
	}
	return nil, ErrEmpty
}

func (f *bytesReference) peek(t *rapid.T) {
	e, want := f.look()
	v, err := f.c.TryPeek()
	if err != want || e != nil && (!bytes.Equal(v.Bytes(), e.data) || v.Seq() != e.begin) {
		t.Fatalf("peek: %x, %v; want %v, %v", v.Bytes(), err, e, want)
	}
	if e != nil {
		f.views = append(f.views, v)
	}
}

// release gives some views back.
func (f *bytesReference) release(t *rapid.T) {
	if len(f.views) == 0 {
		return
	}
	k := rapid.IntRange(0, len(f.views)-1).Draw(t, "up to")
	end := f.views[k].end()
	f.views[k].Release()
	f.views[0].Release() // again, or of one that stands before it
	f.views = f.views[k+1:]
	for len(f.entries) > 0 && (f.entries[0].end-f.head() <= end-f.head() && f.seen > 0 || len(f.views) == 0 && f.seen > 0) {
		f.entries, f.seen = f.entries[1:], f.seen-1
	}
}

func (f *bytesReference) pop(t *rapid.T) {
	if len(f.views) > 0 {
		return
	}
	e, want := f.look()
	got, err := f.c.TryPop(make([]byte, f.MaxMessage()))
	if err != want || e != nil && got != len(e.data) {
		t.Fatalf("pop: %d, %v; want %v, %v", got, err, e, want)
	}
	if e != nil {
		f.entries, f.seen = f.entries[f.seen:], 0
	}
}

// newProducer hands the role on: by release, or by death, which leaves what was claimed to be
// unblocked.
func (f *bytesReference) newProducer(t *rapid.T) {
	next := f.town.member(f.pm.id ^ 4)
	if f.p.open > 0 || rapid.Bool().Draw(t, "dies") {
		f.town.dead[f.pm.id].Store(true)
		f.c.reloadForTest()
		f.c.Unblock()
		for _, e := range f.entries {
			if e.state == "claimed" {
				e.state = "padding"
			}
		}
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

// reloadForTest has Unblock see all that is claimed.
func (c *BytesConsumer) reloadForTest() { c.limit = c.ring.tail.Load() }

// newConsumer hands the role on: what was not given back comes again.
func (f *bytesReference) newConsumer(t *rapid.T) {
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
	f.c, f.cm, f.seen, f.views = c, next, 0, nil
}

func (f *bytesReference) flushIt(*rapid.T) {
	f.Flush()
	f.pending = true
}

func (f *bytesReference) check(t *rapid.T) {
	if want := int(f.tail - f.head()); f.Len() != want {
		t.Fatalf("Len %d, want %d", f.Len(), want)
	}
}
