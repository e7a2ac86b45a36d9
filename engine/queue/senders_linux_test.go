package queue_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

// endless puts items until it is killed: the name, its number. What it puts can be checked.
var endless = reexec.Register("endless", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, err := queue.Send[item](ctx, c.Args[0], queue.Options{Capacity: 8})
	check(c, err)
	for i := 0; ; i++ {
		check(c, s.Put(ctx, item{int64(arg(c, 1)), int64(i), math.Sqrt(float64(i))}))
	}
})

// endlessText is endless with strings.
var endlessText = reexec.Register("endlessText", func(c *reexec.Child) {
	ctx, cancel := ctxOf()
	defer cancel()
	s, err := queue.Send[text](ctx, c.Args[0], queue.Options{Capacity: 8, ItemSize: 240})
	check(c, err)
	for i := 0; ; i++ {
		check(c, s.Put(ctx, textOf(arg(c, 1), i)))
	}
})

type text struct {
	Sender, Number int
	Words          []string
}

func textOf(sender, i int) text {
	return text{sender, i, []string{strings.Repeat("ab", i%40), fmt.Sprint(i)}}
}

// got is an item as the test counts it.
type got struct {
	sender, number int
	torn           bool
}

// TestSendersKilledAtRandom: senders are killed one after the other, wherever they are. Of each the
// receiver gets the first items that it had put, however many, whole, in order and once; and
// the queue has all its room afterwards.
func TestSendersKilledAtRandom(t *testing.T) {
	kills := 25
	if os.Getenv("SHMENGINE_STRESS") != "" {
		kills = 1500
	}
	t.Run("numbers", func(t *testing.T) {
		killSenders(t, endless, kills, queue.Options{Capacity: 8},
			func(v item) got {
				return got{int(v.Sender), int(v.Number), v.Twice != math.Sqrt(float64(v.Number))}
			})
	})
	t.Run("strings", func(t *testing.T) {
		killSenders(t, endlessText, kills, queue.Options{Capacity: 8, ItemSize: 240},
			func(v text) got {
				want := textOf(v.Sender, v.Number)
				return got{v.Sender, v.Number, strings.Join(v.Words, " ") != strings.Join(want.Words, " ")}
			})
	})
}

func killSenders[T any](t *testing.T, child string, kills int, o queue.Options, look func(T) got) {
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	name, r := leaktest.Name("senders"), rand.New(rand.NewPCG(3, 5))
	keeper, rc := ends[T](t, ctx, name, o) // so that the queue does not end
	next := map[int]int{}
	take := func(v T) int {
		g := look(v)
		if g.torn || g.number != next[g.sender] {
			t.Fatalf("item %+v came where %d of its sender was next", v, next[g.sender])
		}
		next[g.sender]++
		return g.sender
	}
	for k := range kills {
		p := reexec.Start(t, child, reexec.Options{Args: []string{name, fmt.Sprint(k)}, Timeout: 4 * patience})
		for rest := 1 + r.IntN(300); rest > 0; {
			v, err := rc.Get(ctx)
			check(t, err)
			if take(v) == k {
				rest--
			}
		}
		p.Kill()
	}
	var v T
	for rc.TryGet(&v) == nil {
		take(v)
	}
	room := 0
	for keeper.TryPut(v) == nil {
		room++
	}
	if room != keeper.Cap() {
		t.Errorf("the queue has room for %d of %d items", room, keeper.Cap())
	}
	check(t, rc.Close())
	check(t, queue.Unless(keeper.Close(), queue.ErrUndelivered))
	absent(t, name)
}
