package queue_test

import (
	"context"
	"encoding/gob"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// BenchmarkConn sends a value with strings there and back, between two goroutines, in turn through a
// Conn and by gob through a Unix socket. The ratio is of the times.
func BenchmarkConn(b *testing.B) {
	b.Run("small", func(b *testing.B) { benchConn(b, question{1, []string{"how", "many"}, []float64{1, 2, 3}}) })
	b.Run("64KiB", func(b *testing.B) { benchConn(b, question{1, []string{"how", "many"}, make([]float64, 8192)}) })
}

func benchConn(b *testing.B, q question) {
	ours, theirs := connEcho(b, q), gobEcho(b, q)
	var times [2]time.Duration
	rounds, each := 0, 100
	for ; rounds < b.N; rounds += each {
		for i, f := range []func() error{ours, theirs} {
			begin := time.Now()
			for range each {
				check(b, f())
			}
			times[i] += time.Since(begin)
		}
	}
	b.ReportMetric(float64(times[0].Nanoseconds())/float64(rounds), "conn-ns")
	b.ReportMetric(float64(times[1].Nanoseconds())/float64(rounds), "gob-ns")
	b.ReportMetric(float64(times[1])/float64(times[0]), "gob/conn")
	b.ReportMetric(0, "ns/op")
}

// connEcho is a round trip through a Conn.
func connEcho(b *testing.B, q question) func() error {
	ctx, name := context.Background(), leaktest.Name("bench")
	l, err := queue.Listen[question, question](name, queue.ConnOptions{})
	check(b, err)
	c, err := queue.Dial[question, question](ctx, name, queue.ConnOptions{})
	check(b, err)
	s, err := l.Accept(ctx)
	check(b, err)
	b.Cleanup(func() { check(b, c.Close()); check(b, l.Close()) })
	go func() {
		for v, err := range s.All(ctx) {
			if err != nil || s.Send(ctx, v) != nil {
				break
			}
		}
		_ = s.Close()
	}()
	return func() error {
		if err := c.Send(ctx, q); err != nil {
			return err
		}
		_, err := c.Receive(ctx)
		return err
	}
}

// gobEcho is one by gob through a socket.
func gobEcho(b *testing.B, q question) func() error {
	l, err := net.Listen("unix", filepath.Join(b.TempDir(), "s"))
	check(b, err)
	go func() {
		s, err := l.Accept()
		if err != nil {
			return
		}
		dec, enc := gob.NewDecoder(s), gob.NewEncoder(s)
		for {
			var v question
			if dec.Decode(&v) != nil || enc.Encode(&v) != nil {
				_ = s.Close()
				return
			}
		}
	}()
	c, err := net.Dial("unix", l.Addr().String())
	check(b, err)
	b.Cleanup(func() { check(b, c.Close()); check(b, l.Close()) })
	dec, enc := gob.NewDecoder(c), gob.NewEncoder(c)
	return func() error {
		if err := enc.Encode(&q); err != nil {
			return err
		}
		return dec.Decode(new(question))
	}
}
