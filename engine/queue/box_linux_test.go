package queue_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

type letter struct {
	Number int64
	Words  []string
	Done   bool
	At     time.Time
}

func letterOf(i int) letter {
	n := letter{Number: int64(i), Done: i%2 == 1, At: time.Unix(int64(i), 0).UTC()}
	for k := range i % 5 {
		n.Words = append(n.Words, strings.Repeat("x", k)+fmt.Sprint(i))
	}
	return n
}

// Children that send and receive values with strings: the name, how many.
var (
	writer = reexec.Register("writer", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		s, err := queue.Send[letter](ctx, c.Args[0], queue.Options{Capacity: 8, ItemSize: 200})
		check(c, err)
		for i := range arg(c, 1) {
			check(c, s.Put(ctx, letterOf(i)))
		}
		check(c, s.Join(ctx))
		check(c, s.Close())
	})

	// slow holds its third item until it is killed.
	slow = reexec.Register("slow", func(c *reexec.Child) {
		ctx, cancel := ctxOf()
		defer cancel()
		r, err := queue.Receive[letter](ctx, c.Args[0], queue.Options{Capacity: 8, ItemSize: 200})
		check(c, err)
		for range 3 {
			_, err := r.Get(ctx)
			check(c, err)
		}
		c.At("held")
	})
)

// Values with strings come whole and in order, and one that its receiver did not finish comes again.
func TestStrings(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	const n = 300
	name := leaktest.Name("strings")
	w := reexec.Start(t, writer, reexec.Options{Args: []string{name, fmt.Sprint(n)}, Timeout: patience})
	p := reexec.Start(t, slow, reexec.Options{Args: []string{name}, Arm: []string{"held"}, Timeout: patience})
	p.WaitAt("held")
	r, err := queue.Receive[letter](ctx, name, queue.Options{Capacity: 8, ItemSize: 200})
	check(t, err)
	p.Kill()
	seen := map[int64]int{}
	for v, err := range r.All(ctx) {
		check(t, err)
		if want := letterOf(int(v.Number)); !reflect.DeepEqual(v, want) {
			t.Fatalf("%+v, want %+v", v, want)
		}
		seen[v.Number]++
	}
	check(t, r.Close())
	w.Wait()
	if len(seen) != n-2 || seen[0] != 0 || seen[1] != 0 || seen[2] != 1 {
		t.Errorf("%d of the %d that were left came, the third %d times", len(seen), n-2, seen[2])
	}
	absent(t, name)
}

// All of a Sender and a Receiver works with boxes of each size.
func TestBoxes(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	for _, size := range []int{1, 56, 57, 248, 1016, 1017, 4088, 16376, 0} {
		name, o := leaktest.Name("boxes"), queue.Options{Capacity: 2, ItemSize: size}
		s, r := ends[string](t, ctx, name, o)
		room := map[int]int{1: 48, 56: 48, 57: 240, 248: 240, 1016: 1008, 1017: 4080, 4088: 4080, 16376: 16368, 0: 1008}[size]
		large := strings.Repeat("x", room)
		if err := s.Put(ctx, large+"x"); !errors.Is(err, queue.ErrTooLarge) || !strings.Contains(err.Error(), "Options.ItemSize") {
			t.Errorf("size %d: Put of what is too large = %v", size, err)
		}
		check(t, s.TryPut(large))
		check(t, s.Put(ctx, ""))
		if err := s.TryPut(""); err != queue.ErrFull || s.Len() != 2 || r.Len() != 2 || s.Cap() != 2 || r.Cap() != 2 {
			t.Errorf("size %d: TryPut into a full queue = %v, Len %d, Cap %d", size, err, s.Len(), s.Cap())
		}
		v, err := r.Get(ctx)
		if v != large || err != nil || r.Seq() != 0 {
			t.Errorf("size %d: Get = %d bytes, %v, Seq %d", size, len(v), err, r.Seq())
		}
		check(t, r.Return())
		seen := 0
		for r.TryGet(&v) == nil {
			seen += len(v)
		}
		if err := r.Done(); seen != room || err != queue.ErrNotHeld {
			t.Errorf("size %d: got %d bytes, want %d; Done = %v", size, seen, room, err)
		}
		check(t, s.Join(ctx))
		check(t, s.Close())
		if _, err := r.Get(ctx); err != queue.ErrClosed {
			t.Errorf("size %d: the end is %v", size, err)
		}
		check(t, r.Close())
		absent(t, name)
	}
}

// A value that cannot be encoded takes no room, and later ones pass.
func TestUnsendable(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, r := ends[letter](t, ctx, leaktest.Name("unsendable"), queue.Options{Capacity: 2})
	bad := letter{At: time.Now().In(time.FixedZone("far", 1e9))}
	for range 4 {
		if err := s.TryPut(bad); !errors.Is(err, queue.ErrValue) || !strings.Contains(err.Error(), "At: ") {
			t.Errorf("TryPut = %v", err)
		}
	}
	for i := range 2 {
		check(t, s.TryPut(letterOf(i)))
	}
	for i := range 2 {
		if v, err := r.Get(ctx); err != nil || !reflect.DeepEqual(v, letterOf(i)) {
			t.Errorf("%+v, %v", v, err)
		}
	}
	check(t, r.Close())
	check(t, s.Close())
}

func TestBoxesDiffer(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	type ours struct {
		ID   int64
		Name string
	}
	type theirs struct {
		ID   int64
		Mail string
	}
	name := leaktest.Name("boxtypes")
	pair(t, ctx, name, func(*queue.Sender[ours], *queue.Receiver[ours]) {
		_, err := queue.Send[theirs](ctx, name, queue.Options{})
		if !errors.Is(err, queue.ErrType) || !strings.Contains(err.Error(), `"Name string" where this program has "Mail string"`) {
			t.Errorf("Send of another type = %v", err)
		}
		_, err = queue.Receive[ours](ctx, name, queue.Options{ItemSize: 10})
		if !errors.Is(err, queue.ErrType) || !strings.Contains(err.Error(), `boxes of 1024 bytes`) {
			t.Errorf("Receive of other boxes = %v", err)
		}
		_, err = queue.Send[int64](ctx, name, queue.Options{})
		if !errors.Is(err, queue.ErrType) {
			t.Errorf("Send of a number = %v", err)
		}
	})
	if _, err := queue.Send[ours](ctx, name, queue.Options{ItemSize: 1 << 20}); !errors.Is(err, queue.ErrArgument) {
		t.Errorf("Send of large items = %v", err)
	}
}

func TestBoxAllocations(t *testing.T) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, r := ends[letter](t, ctx, leaktest.Name("allocs"), queue.Options{Capacity: 2})
	v, got := letterOf(5), letter{} // without words
	if n := testing.AllocsPerRun(200, func() {
		check(t, s.TryPut(v))
		check(t, r.TryGet(&got))
	}); n > 1 { // UnmarshalBinary is given a copy
		t.Errorf("an item there takes %v allocations", n)
	}
	check(t, r.Close())
	check(t, s.Close())
}
