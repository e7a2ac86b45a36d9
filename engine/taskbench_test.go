package engine

import (
	"fmt"
	"io"
	"os"
	"testing"
)

// Benchmarks of tasks that do next to nothing, each beside a pool of goroutines that
// takes them from a channel and answers on another: what a task costs besides its work.

func benchEngine(b *testing.B, mode Mode) *Engine { return start(b, Config{Workers: 1, Mode: mode}) }

// A channelPool is one goroutine behind channels.
type channelPool struct{ in, out chan int }

func newChannelPool(b *testing.B, room int) channelPool {
	p := channelPool{make(chan int, room), make(chan int, room)}
	go func() {
		for x := range p.in {
			p.out <- x * x
		}
	}()
	b.Cleanup(func() { close(p.in) })
	return p
}

// BenchmarkTask is one task at a time, from Submit to its result.
func BenchmarkTask(b *testing.B) {
	for _, mode := range []Mode{Processes, Goroutines} {
		b.Run(fmt.Sprintf("mode%d", mode), func(b *testing.B) {
			e := benchEngine(b, mode)
			b.ReportAllocs()
			for x := 0; b.Loop(); x++ {
				f, err := squareFunc.Submit(b.Context(), e, x)
				if err != nil {
					b.Fatal(err)
				}
				if r, err := f.Result(b.Context()); r != x*x || err != nil {
					b.Fatal(r, err)
				}
			}
		})
	}
	b.Run("channel", func(b *testing.B) {
		p := newChannelPool(b, 0)
		for x := 0; b.Loop(); x++ {
			p.in <- x
			<-p.out
		}
	})
}

// inFlight is how many tasks the streams keep under way.
const inFlight = 256

// BenchmarkTaskStream submits one task at a time and keeps many under way. The pipe is
// a goroutine behind two pipes of the kernel, 8 bytes a task each way.
func BenchmarkTaskStream(b *testing.B) {
	for _, mode := range []Mode{Processes, Goroutines} {
		b.Run(fmt.Sprintf("mode%d", mode), func(b *testing.B) {
			e := benchEngine(b, mode)
			b.ReportAllocs()
			var ring [inFlight]*Future[int]
			for x := 0; b.Loop(); x++ {
				if f := ring[x%inFlight]; f != nil {
					if _, err := f.Result(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				f, err := squareFunc.Submit(b.Context(), e, x)
				if err != nil {
					b.Fatal(err)
				}
				ring[x%inFlight] = f
			}
		})
	}
	b.Run("channel", streamChannel)
	b.Run("pipe", streamPipe)
}

func streamChannel(b *testing.B) {
	p := newChannelPool(b, inFlight)
	for x := 0; b.Loop(); x++ {
		if x >= inFlight {
			<-p.out
		}
		p.in <- x
	}
}

func streamPipe(b *testing.B) {
	toR, toW, _ := os.Pipe()
	fromR, fromW, _ := os.Pipe()
	go func() { // what a worker behind pipes does for each task
		defer fromW.Close()
		var m [8]byte
		for {
			if _, err := io.ReadFull(toR, m[:]); err != nil {
				return
			}
			if _, err := fromW.Write(m[:]); err != nil {
				return
			}
		}
	}()
	b.Cleanup(func() { toW.Close() })
	var m [8]byte
	for x := 0; b.Loop(); x++ {
		if x >= inFlight {
			if _, err := io.ReadFull(fromR, m[:]); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := toW.Write(m[:]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTaskBatch is Map with chunks as it chooses them.
func BenchmarkTaskBatch(b *testing.B) {
	for _, mode := range []Mode{Processes, Goroutines} {
		b.Run(fmt.Sprintf("mode%d", mode), func(b *testing.B) {
			e := benchEngine(b, mode)
			b.ReportAllocs()
			n := 0
			for _, err := range squareFunc.Map(b.Context(), e, upTo(b.N, nil), MapOptions{}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			if n != b.N {
				b.Fatal(n)
			}
		})
	}
	b.Run("channel", streamChannel)
}
