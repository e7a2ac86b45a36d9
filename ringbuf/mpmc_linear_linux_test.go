package ringbuf

import (
	"context"
	"fmt"
	"sort"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// nanos is a clock that all processes share.
func nanos() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err)
	}
	return ts.Nano()
}

// recorder pushes its values and says when each call began and ended, or pops as many.
var recorder = reexec.Register("recorder", func(c *reexec.Child) {
	_, r, m := visit(c)
	s, err := r.Sender(m)
	check(c, err)
	rc, err := r.Receiver(m)
	check(c, err)
	first, n := arg(c, 3), arg(c, 4)
	all := make([]porcupine.Operation, 0, n)
	c.Say("ready")
	c.Hear()
	for i := first; i < first+n; i++ {
		v := messageOf(i)
		op := porcupine.Operation{Call: nanos()}
		if c.Args[2] == "push" {
			err = s.Push(context.Background(), v)
		} else {
			v, err = rc.Pop(context.Background())
		}
		check(c, err)
		op.Return = nanos()
		op.Input = v[0]
		all = append(all, op)
	}
	for _, op := range all {
		c.Say(fmt.Sprintln(op.Call, op.Return, op.Input))
	}
	c.Hear()
})

// queueOf is the specification: a first-in first-out queue of so many places, as a string of
// values of 4 bytes.
func queueOf(capacity int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, input, _ any) (bool, any) {
			q, v := state.(string), fmt.Sprintf("%04d", max(input.(int), -input.(int)))
			if input.(int) > 0 {
				return len(q) < 4*capacity, q + v
			}
			return len(q) > 0 && q[:4] == v, q[min(4, len(q)):]
		},
	}
}

// TestMPMCLinearizable: what four processes did to a ring of capacity 2, with the times at which
// they began and ended, can be explained by one order of first in, first out.
func TestMPMCLinearizable(t *testing.T) {
	const each = 60
	for round := range rounds(3, 300) {
		p := newPlaza(t, Options{Capacity: 2}, 1, uint64(round)-100)
		var procs []*reexec.Proc
		for i := range 2 {
			procs = append(procs, p.run(t, recorder, "push", 1+i*each, each), p.run(t, recorder, "pop", 0, each))
		}
		for _, q := range procs {
			q.Expect("ready")
		}
		for _, q := range procs {
			q.Say("go")
		}
		history := historyOf(t, procs, each)
		if got := porcupine.CheckOperationsTimeout(queueOf(2), history, time.Minute); got != porcupine.Ok {
			t.Fatalf("%v: %v", got, history)
		}
		if round == 0 { // and a history with two pops exchanged is not: the check can fail
			pops := []int{}
			for i := range history {
				if history[i].Input.(int) < 0 {
					pops = append(pops, i)
				}
			}
			sort.Slice(pops, func(a, b int) bool { return history[pops[a]].Call < history[pops[b]].Call })
			a, b := pops[0], pops[len(pops)-1]
			history[a].Input, history[b].Input = history[b].Input, history[a].Input
			if got := porcupine.CheckOperationsTimeout(queueOf(2), history, time.Minute); got != porcupine.Illegal {
				t.Fatalf("with two values exchanged: %v", got)
			}
		}
		for _, q := range procs {
			q.Kill()
		}
	}
}

// historyOf is what the recorders say: pushes with a positive input, pops with a negative one.
func historyOf(t *testing.T, procs []*reexec.Proc, each int) (all []porcupine.Operation) {
	for k, q := range procs {
		for range each {
			var begin, end int64
			var v int
			if _, err := fmt.Sscan(q.Hear(), &begin, &end, &v); err != nil {
				t.Fatal(err)
			}
			if k%2 == 1 {
				v = -v
			}
			all = append(all, porcupine.Operation{ClientId: k, Input: v, Call: begin, Return: end})
		}
	}
	return all
}
