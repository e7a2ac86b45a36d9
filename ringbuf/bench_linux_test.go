package ringbuf

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

// The benchmarks move 64-byte slots (an 8-byte stamp and 56 bytes of message) between two processes
// pinned to CPUs 0 and 1. Caught up: the consumer takes each message as soon as it is there.
// Backlog: it begins again only when half the ring is stored. They mean something on an idle
// machine with two CPUs or more.
//
// "preempted" counts how often one of the two had to leave its CPU. Where it is not 0 the figure is
// that of the machine's load: a spinning side that is not running costs the other a time slice. Even
// then a virtual machine may put both CPUs on one core, and be faster than two cores can be.
const benchCapacity = 1024

// lane is a ring there and a ring back.
type lane struct{ there, back *SPSC[message] }

func laneIn(tb testmem.TB, mem []byte, open func([]byte) (*SPSC[message], error)) lane {
	there, err := open(mem[:len(mem)/2])
	if err != nil {
		tb.Fatalf("%v", err)
	}
	back, err := open(mem[len(mem)/2:])
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return lane{there, back}
}

// end is one process's two roles.
type end struct {
	p *Producer[message]
	c *Consumer[message]
}

func (l lane) end(tb testmem.TB, out, in *SPSC[message]) end {
	m := (&town{}).member(3)
	p, err := out.Producer(m)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	c, err := in.Consumer(m)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	if plainStores && registerBarrier() { // as after the first thousand messages
		p.fast, c.fast = goPlain(out.plainPush), goPlain(in.plainPop)
	}
	return end{p, c}
}

func pin(cpu int) {
	runtime.LockOSThread()
	var set unix.CPUSet
	set.Set(cpu)
	_ = unix.SchedSetaffinity(0, &set) // without a second CPU the figures say so themselves
}

func (e end) push(m message) {
	for e.p.TryPush(m) != nil {
		spin.Pause(1)
	}
}

func (e end) pop(m *message) {
	for e.c.TryPop(m) != nil {
		spin.Pause(1)
	}
}

// drain is the consumer of a stream of n messages, which it answers with one.
func (e end) drain(n, batch int, backlog bool) {
	dst := make([]message, batch)
	for i := 0; i < n; {
		k, err := 1, error(nil)
		if batch == 1 {
			err = e.c.TryPop(&dst[0])
		} else {
			k, err = e.c.TryPopBatch(dst)
		}
		switch {
		case err == nil:
			i += k
		case backlog:
			e.halfFull(n - i)
		default:
			spin.Pause(1)
			spin.Checkpoint()
		}
	}
	e.push(dst[0])
}

// halfFull waits until half the ring is stored, or all that is still to come.
func (e end) halfFull(left int) {
	last := e.c.next + uint64(min(left, benchCapacity/2)) - 1
	for e.c.slots.at(last).stamp.Load() != last+1 {
		spin.Pause(32)
		spin.Checkpoint()
	}
}

// stream is the producer.
func (e end) stream(n, batch int) {
	src := make([]message, batch)
	for i := 0; i < n; {
		k, err := 1, error(nil)
		if batch == 1 {
			err = e.p.TryPush(src[0])
		} else {
			k, err = e.p.TryPushBatch(src[:min(batch, n-i)])
		}
		if err != nil {
			spin.Pause(1)
			spin.Checkpoint()
			continue
		}
		i += k
	}
	e.pop(&src[0])
}

func (e end) echo(n int) {
	var m message
	for range n {
		e.pop(&m)
		e.push(m)
	}
}

func (e end) roundTrips(n int) {
	var m message
	for range n {
		e.push(m)
		e.pop(&m)
	}
}

// benchPeer does what the benchmark tells it, until it is killed.
var benchPeer = reexec.Register("benchPeer", func(c *reexec.Child) {
	n, err := SizeSPSC[message](benchCapacity)
	check(c, err)
	mem := testmem.Map(c, c.File(0), 2*n)
	l := laneIn(c, mem, AttachSPSC[message])
	e := l.end(c, l.back, l.there)
	pin(1)
	for {
		var what string
		var n, batch int
		if _, err := fmt.Sscan(c.Hear(), &what, &n, &batch); err != nil {
			c.Fatalf("%v", err)
		}
		before := preemptions()
		c.Say("go")
		if what == "echo" {
			e.echo(n)
		} else {
			e.drain(n, batch, what == "backlog")
		}
		c.Say(fmt.Sprint(preemptions() - before))
	}
})

// preemptions is how often this thread had to leave its CPU so far.
func preemptions() int64 {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return -1
	}
	return int64(u.Nivcsw)
}

func BenchmarkProcesses(b *testing.B) {
	mem, f := testmem.Shared(b, 2*size[message](b, benchCapacity))
	l := laneIn(b, mem, func(m []byte) (*SPSC[message], error) { return NewSPSC[message](m, benchCapacity) })
	peer := reexec.Start(b, benchPeer, reexec.Options{Files: []*os.File{f}})
	e := l.end(b, l.there, l.back)
	pin(0)
	defer runtime.UnlockOSThread()
	for _, c := range []struct {
		name  string
		batch int
	}{{"echo", 1}, {"caughtUp", 1}, {"backlog", 1}, {"caughtUp", 32}, {"backlog", 32}} {
		b.Run(fmt.Sprintf("%s/batch=%d", c.name, c.batch), func(b *testing.B) {
			peer.Say(fmt.Sprintln(c.name, b.N, c.batch))
			peer.Expect("go")
			before := preemptions()
			b.ResetTimer()
			if c.name == "echo" {
				e.roundTrips(b.N)
			} else {
				e.stream(b.N, c.batch)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mmsg/s")
			}
			b.StopTimer()
			there, err := strconv.ParseInt(peer.Hear(), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(preemptions()-before+there), "preempted")
		})
	}
}

// BenchmarkChannel is a Go channel between two goroutines, with the same messages.
func BenchmarkChannel(b *testing.B) {
	there, back := make(chan message, benchCapacity), make(chan message, benchCapacity)
	go func() {
		for m := range there {
			if m[0] != 0 {
				back <- m
			}
		}
	}()
	defer close(there)
	b.Run("echo", func(b *testing.B) {
		for b.Loop() {
			there <- message{1}
			<-back
		}
	})
	b.Run("stream", func(b *testing.B) {
		n := 0
		for b.Loop() {
			there <- message{}
			n++
		}
		there <- message{1}
		<-back
		b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mmsg/s")
	})
}

// pipePeer answers the messages whose first word is not 0.
var pipePeer = reexec.Register("pipePeer", func(c *reexec.Child) {
	buf := make([]byte, 64)
	for {
		if _, err := io.ReadFull(c.File(0), buf); err != nil {
			return
		}
		if binary.LittleEndian.Uint64(buf) != 0 {
			if _, err := c.File(1).Write(buf); err != nil {
				return
			}
		}
	}
})

// BenchmarkPipe is an os.Pipe to another process and one back, 64 bytes a write.
func BenchmarkPipe(b *testing.B) {
	r1, w1, err1 := os.Pipe()
	r2, w2, err2 := os.Pipe()
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	reexec.Start(b, pipePeer, reexec.Options{Files: []*os.File{r1, w2}})
	for _, f := range []*os.File{r1, w2, w1, r2} {
		defer f.Close()
	}
	one, zero, in := append(make([]byte, 0, 64), 1), make([]byte, 64), make([]byte, 64)
	one = one[:64]
	echo := func() {
		if _, err := w1.Write(one); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(r2, in); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("echo", func(b *testing.B) {
		for b.Loop() {
			echo()
		}
	})
	b.Run("stream", func(b *testing.B) {
		n := 0
		for b.Loop() {
			if _, err := w1.Write(zero); err != nil {
				b.Fatal(err)
			}
			n++
		}
		echo()
		b.ReportMetric(float64(n)/b.Elapsed().Seconds()/1e6, "Mmsg/s")
	})
}
