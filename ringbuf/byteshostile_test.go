package ringbuf

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/testmem"
)

// bytesCorruptions are impossible values, and the call that meets each.
var bytesCorruptions = map[string]struct {
	garble func(*bytesPair)
	call   func(*bytesPair) error
}{
	"length 0":                {garbledHeader(0), peekBytes},
	"length 7":                {garbledHeader(7), peekBytes},
	"length past the tail":    {garbledHeader(17), peekBytes},
	"length past the ring":    {garbledHeader(1 << 20), peekBytes},
	"claimed past the tail":   {garbledHeader(uint64(claimed(64, 3))), peekBytes},
	"claimed by the minimum":  {garbledHeader(1 << 31), peekBytes},
	"padding past the tail":   {garbledHeader(uint64(stored(64, markPadding))), peekBytes},
	"a mark nobody writes":    {garbledHeader(uint64(stored(16, 5))), peekBytes},
	"tail past the ring":      {func(x *bytesPair) { x.tail.Store(72) }, func(x *bytesPair) error { _ = peekBytes(x); return peekBytes(x) }},
	"tail in front of head":   {func(x *bytesPair) { x.tail.Add(^uint64(15)) }, func(x *bytesPair) error { _ = peekBytes(x); return peekBytes(x) }},
	"tail misaligned":         {func(x *bytesPair) { x.tail.Add(1) }, func(x *bytesPair) error { _ = peekBytes(x); return peekBytes(x) }},
	"head past tail":          {func(x *bytesPair) { x.head.Store(80) }, fillBytes},
	"head moved back":         {func(x *bytesPair) { x.head.Add(^uint64(7)) }, fillBytes},
	"head misaligned":         {func(x *bytesPair) { x.head.Store(4) }, fillBytes},
	"producer's bell":         {func(x *bytesPair) { x.toProducer.Store(64) }, fillBytes},
	"consumer's bell":         {func(x *bytesPair) { x.toConsumer.Store(1 << 31) }, peekBytes},
	"consumer's role":         {func(x *bytesPair) { x.consumer.Store(reservedID) }, func(x *bytesPair) error { _, err := x.Consumer(x.pm); return err }},
	"a tail to start with":    {func(x *bytesPair) { x.tail.Store(1 << 40); x.c.Release() }, func(x *bytesPair) error { _, err := x.Consumer(x.cm); return err }},
	"a mutex without recover": {func(x *bytesPair) { word32(x.mem, offBytesMutex).Store(1<<30 - 1) }, func(x *bytesPair) error { return x.p.TryPush(nil) }},
}

func peekBytes(x *bytesPair) error {
	_, err := x.c.TryPeek()
	return err
}

// fillBytes pushes until the ring looks at head.
func fillBytes(x *bytesPair) error {
	for range 20 {
		if err := x.p.TryPush(nil); err != nil {
			return err
		}
	}
	return nil
}

func garbledHeader(h uint64) func(*bytesPair) {
	return func(x *bytesPair) { x.data.at(0).Store(h) }
}

// TestBytesCorruptIsForAll: after one side saw an impossible value all fail at once, until the
// memory is formatted again.
func TestBytesCorruptIsForAll(t *testing.T) {
	for what, c := range bytesCorruptions {
		for form, many := range forms {
			if !many && what == "a mutex without recover" {
				continue
			}
			x := heapBytes(t, 64, many)
			noError(t, x.p.TryPush([]byte{1}))
			if what[:4] == "tail" {
				must[View](t)(x.c.TryPeek())
			}
			c.garble(x)
			if err := c.call(x); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s, %s: %v", form, what, err)
			}
			bytesPoisoned(t, x, form+", "+what)
		}
	}
}

// bytesPoisoned checks that every call fails, and none after the memory is formatted.
func bytesPoisoned(t *testing.T, x *bytesPair, what string) {
	t.Helper()
	_, cerr := x.Consumer(x.cm)
	_, lerr := x.p.Claim(t.Context(), 1)
	_, berr := x.p.TryPushBatch([][]byte{nil})
	errs := []error{cerr, lerr, berr, x.p.Push(t.Context(), nil), x.p.TryPush(nil)}
	if x.c.bell != &gone {
		_, verr := x.c.Peek(t.Context())
		errs = append(errs, verr)
	}
	for _, err := range errs {
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s, afterwards: %v", what, err)
		}
	}
	must[*Bytes](t)(NewBytes(x.mem, BytesOptions{Capacity: 64, ManyProducers: x.many}))
	r := must[*Bytes](t)(AttachBytes(x.mem))
	if err := bytesWhole(must[*BytesProducer](t)(r.Producer(x.pm)), must[*BytesConsumer](t)(r.Consumer(x.cm))); err != nil {
		t.Errorf("%s, formatted: %v", what, err)
	}
}

// TestBytesHostile overwrites any shared word with anything between the calls of both sides: every
// call returns, in bounded memory (the guard pages would fault) and time.
func TestBytesHostile(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for i := range 4 {
		capacity := []int{64, 256}[i/2]
		mem := testmem.Guarded(t, bytesSize(t, capacity), testmem.Side(i%2))
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		for range rounds(25_000, 250_000) {
			if err := bytesHostile(t, mem, BytesOptions{capacity, rng.IntN(2) == 0}, rng); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func bytesHostile(t *testing.T, mem []byte, opt BytesOptions, rng *rand.Rand) error {
	x := openBytes(t, mem, opt, rng.Uint64()&^7)
	h := &bytesHand{x: x, rng: rng}
	for range 1 + rng.IntN(14) {
		if rng.IntN(3) == 0 {
			garbleBytes(x, rng)
		}
		if err := h.anyCall(t); !bytesExpected(err) {
			return err
		}
		if n := x.Len(); n < 0 || n > x.Cap() {
			return fmt.Errorf("Len %d", n)
		}
	}
	return nil
}

// garbleBytes sets a word of the ring, those that mean something more often than others.
func garbleBytes(x *bytesPair, rng *rand.Rand) {
	offs := []int{
		offToProducer, offConsumer &^ 7, offFlush &^ 7, offHead, offToConsumer, offProducer &^ 7, offBytesMutex &^ 7, offBytesTail, offBytesTail,
		offData + int(x.head.Load()&x.data.mask&^7), offData + int(x.c.next&x.data.mask&^7), 8 * rng.IntN(len(x.mem)/8),
	}
	w := word64(x.mem, offs[rng.IntN(len(offs))])
	switch rng.IntN(6) {
	case 0:
		w.Store(rng.Uint64())
	case 1:
		w.Add(rng.Uint64N(33) - 16)
	case 2:
		w.Store(w.Load() ^ 1<<rng.IntN(64))
	case 3:
		w.Store(uint64(rng.IntN(80)))
	case 4:
		w.Store(uint64(claimed(uint64(rng.IntN(80)), uint32(rng.IntN(9)))))
	case 5:
		w.Store(uint64(stored(uint64(rng.IntN(80)), []uint32{0, markMore, markPadding}[rng.IntN(3)])))
	}
}

// bytesHand is a hand that calls anything.
type bytesHand struct {
	x      *bytesPair
	rng    *rand.Rand
	leases []Lease
	views  []View
}

func (h *bytesHand) anyCall(t *testing.T) error {
	x, rng := h.x, h.rng
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if rng.IntN(100) != 0 {
		cancel()
	}
	n := rng.IntN(x.MaxMessage() + 3)
	if rng.IntN(3) == 0 {
		return h.readCall(ctx, n)
	}
	switch rng.IntN(7) {
	case 0:
		return x.p.TryPush(make([]byte, n))
	case 1:
		return x.p.Push(ctx, make([]byte, n))
	case 2:
		_, err := x.p.TryPushBatch([][]byte{make([]byte, n), make([]byte, n/2), nil})
		return err
	case 3, 4:
		l, err := x.p.Claim(ctx, n)
		fillPayload(l.Bytes(), 1)
		h.leases = append(h.leases, l)
		return err
	case 5:
		return h.settle()
	case 6:
		return h.again()
	}
	return nil
}

// readCall is any call of the consumer.
func (h *bytesHand) readCall(ctx context.Context, n int) error {
	x, rng := h.x, h.rng
	switch rng.IntN(5) {
	case 0, 1:
		v, err := x.c.Peek(ctx)
		readAll(v.Bytes())
		h.views = append(h.views, v)
		return err
	case 2:
		if len(h.views) > 0 {
			h.views[rng.IntN(len(h.views))].Release()
		}
	case 3:
		x.c.giveBack(x.c.next)
		_, err := x.c.Pop(ctx, make([]byte, n))
		return err
	case 4:
		x.c.Unblock()
	}
	return nil
}

func (h *bytesHand) settle() error {
	if len(h.leases) == 0 {
		return nil
	}
	l := h.leases[h.rng.IntN(len(h.leases))]
	if h.rng.IntN(2) == 0 {
		return l.Abort()
	}
	return l.Commit()
}

// again attaches and takes the roles anew.
func (h *bytesHand) again() error {
	x := h.x
	r, err := AttachBytes(x.mem)
	if err != nil || r.size != x.size || r.many != x.many {
		return nil // refused, or rightly another ring: fine
	}
	x.town.dead[x.pm.id].Store(h.rng.IntN(2) == 0)
	c, cerr := r.Consumer(x.town.member(3))
	if cerr == nil {
		x.c, h.views = c, nil
	}
	if h.rng.IntN(2) == 0 {
		_ = r.Close()
	}
	return cerr
}

var readSink byte

// readAll touches each byte.
func readAll(b []byte) {
	for _, v := range b {
		readSink ^= v
	}
}

func bytesExpected(err error) bool {
	return expected(err) || errors.Is(err, ErrTooLarge) || errors.Is(err, ErrShortBuffer) || errors.Is(err, ErrFlushed) || errors.Is(err, ErrLease)
}

// TestBytesHostileNeighbour garbles the words while both sides work, each in its goroutine: every
// call still returns.
func TestBytesHostileNeighbour(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	mem := testmem.Guarded(t, bytesSize(t, 128), testmem.End)
	for i := range rounds(200, 10_000) {
		x := openBytes(t, mem, BytesOptions{128, i%2 == 0}, 0)
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
		ended := make(chan error, 2)
		go func() { ended <- untilError(func() error { return x.p.Push(ctx, make([]byte, 20)) }) }()
		go func() {
			ended <- untilError(func() error {
				v, err := x.c.Peek(ctx)
				readAll(v.Bytes())
				v.Release()
				return err
			})
		}()
		quiet := &bytesPair{Bytes: x.Bytes, mem: mem, c: &BytesConsumer{}}
		for n := 0; n < 2; {
			select {
			case err := <-ended:
				n++
				if !bytesExpected(err) {
					t.Error(err)
				}
			default:
				garbleBytes(quiet, rng)
			}
		}
		cancel()
	}
}
