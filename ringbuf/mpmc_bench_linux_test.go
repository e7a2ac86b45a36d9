package ringbuf

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/internal/testmem"
)

// Many-to-many rings between processes that are pinned to CPUs 0 and 1 in turn, with cells of 64
// bytes: 8 of the word and 56 of the value. Who finds the ring full or empty pauses, then yields:
// with two processes on a CPU the other one may be what it waits for.
//
// vyukov is the same queue without owners, as published: a ticket by compare-and-swap on tail or
// head, and a sequence number in the cell. Nobody can repair it.
type vyukov struct {
	cells      slots[message]
	tail, head *atomic.Uint64
}

func (q *vyukov) push(v *message) bool {
	for {
		i := q.tail.Load()
		c := q.cells.at(i)
		switch d := int64(c.stamp.Load() - i); {
		case d < 0:
			return false
		case d == 0 && q.tail.CompareAndSwap(i, i+1):
			c.value = *v
			publishPlain(&c.stamp, i+1)
			return true
		}
	}
}

func (q *vyukov) pop(v *message) bool {
	for {
		i := q.head.Load()
		c := q.cells.at(i)
		switch d := int64(c.stamp.Load() - i - 1); {
		case d < 0:
			return false
		case d == 0 && q.head.CompareAndSwap(i, i+1):
			*v = c.value
			publishPlain(&c.stamp, i+q.cells.mask+1)
			return true
		}
	}
}

// many pushes or pops n values. The call through a function value costs about 1 ns.
func (q *vyukov) many(one func(*message) bool, n int) {
	var v message
	for range n {
		for k := 0; !one(&v); {
			k = relax(k)
		}
	}
}

func publishPlain(w *atomic.Uint64, v uint64) {
	if plainStores {
		storePlain(w, v)
	} else {
		w.Store(v)
	}
}

// relax is one step of waiting.
func relax(step int) int {
	if step < 16 {
		spin.Pause(1)
	} else {
		spin.OSYield()
	}
	spin.Checkpoint()
	return step + 1
}

// benchCrowd is a process of the benchmarks: it pushes or pops as it is told, until it is killed.
var benchCrowd = reexec.Register("benchCrowd", func(c *reexec.Child) {
	mem := testmem.Map(c, c.File(0), int(arg(c, 1)))
	cpu := int(arg(c, 2))
	r, err := AttachMPMC[message](mem, Options{})
	check(c, err)
	m := (&town{}).member(3)
	q := &vyukov{cells: r.cells, tail: r.tail, head: r.head}
	s, err := r.Sender(m)
	check(c, err)
	rc, err := r.Receiver(m)
	check(c, err)
	if plainStores && registerBarrier() {
		s.fast, rc.fast = goPlain(r.plainPush), goPlain(r.plainPop)
	}
	pin(cpu)
	for {
		var what string
		var n, batch int
		if _, err := fmt.Sscan(c.Hear(), &what, &n, &batch); err != nil {
			c.Fatalf("%v", err)
		}
		before := preemptions()
		c.Say("go")
		c.Hear()
		switch what {
		case "push":
			pushMany(s, n, batch)
		case "pop":
			popMany(rc, n, batch)
		case "vpush":
			q.many(q.push, n)
		case "vpop":
			q.many(q.pop, n)
		}
		c.Say(fmt.Sprint(preemptions() - before))
	}
})

func pushMany(s *Sender[message], n, batch int) {
	src := make([]message, batch)
	for n > 0 {
		k, err := 1, error(nil)
		if batch == 1 {
			err = s.TryPush(src[0])
		} else {
			k, err = s.TryPushBatch(src[:min(batch, n)])
		}
		if err == nil {
			n -= k
			continue
		}
		for step := 0; s.cells.at(s.next).stamp.Load() != lapOf(s.next, s.shift) && step < 20; {
			step = relax(step)
		}
	}
}

func popMany(c *Receiver[message], n, batch int) {
	dst := make([]message, batch)
	for n > 0 {
		k, err := 1, error(nil)
		if batch == 1 {
			err = c.TryPop(&dst[0])
		} else {
			k, err = c.TryPopBatch(dst[:min(batch, n)])
		}
		if err == nil {
			n -= k
			continue
		}
		for step := 0; c.cells.at(c.next).stamp.Load() != lapOf(c.next, c.shift)|cellFull && step < 20; {
			step = relax(step)
		}
	}
}

// crowdCase is one benchmark: as many senders as receivers.
type crowdCase struct {
	name           string
	push, pop      string
	senders, batch int
}

func BenchmarkMPMC(b *testing.B) {
	for _, c := range []crowdCase{
		{"vyukov", "vpush", "vpop", 1, 1}, {"mpmc", "push", "pop", 1, 1}, {"mpmc", "push", "pop", 1, 16},
		{"vyukov", "vpush", "vpop", 2, 1}, {"mpmc", "push", "pop", 2, 1}, {"mpmc", "push", "pop", 2, 16},
	} {
		b.Run(fmt.Sprintf("%s/%dx%d/batch=%d", c.name, c.senders, c.senders, c.batch), c.run)
	}
}

func (c crowdCase) run(b *testing.B) {
	all := c.start(b)
	for i, p := range all {
		p.Say(fmt.Sprintln([]string{c.push, c.pop}[i%2], b.N, c.batch))
		p.Expect("go")
	}
	b.ResetTimer()
	for _, p := range all {
		p.Say("go")
	}
	preempted := 0
	for _, p := range all {
		n, err := strconv.Atoi(p.Hear())
		if err != nil {
			b.Fatal(err)
		}
		preempted += n
	}
	b.StopTimer()
	b.ReportMetric(float64(c.senders*b.N)/b.Elapsed().Seconds()/1e6, "Mmsg/s")
	b.ReportMetric(float64(preempted), "preempted")
	for _, p := range all {
		p.Kill()
	}
}

// start makes the ring and the processes: a sender and a receiver in turn, on each CPU as many of
// one kind as of the other, if there are two of each.
func (c crowdCase) start(b *testing.B) (all []*reexec.Proc) {
	size := must[int](b)(SizeMPMC[message](benchCapacity))
	mem, f := testmem.Shared(b, size)
	r := must[*MPMC[message]](b)(NewMPMC[message](mem, Options{Capacity: benchCapacity}))
	if c.name == "vyukov" {
		for i := range r.size {
			r.cells.at(i).stamp.Store(i)
		}
	}
	for i := range 2 * c.senders {
		cpu := i % 2
		if i >= 2 {
			cpu = 1 - cpu
		}
		all = append(all, reexec.Start(b, benchCrowd, reexec.Options{Files: []*os.File{f}, Args: []string{"0", fmt.Sprint(size), fmt.Sprint(cpu)}}))
	}
	return all
}
