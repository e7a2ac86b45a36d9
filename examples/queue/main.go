package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/shmengine/shmengine/engine/queue"
)

// Reading is what goes through the queue. Both programs describe it by its fields.
type Reading struct {
	Sensor string
	Values []float64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is one of the programs. A name of the queue or the connection may follow.
func run(ctx context.Context, args []string) error {
	name := "readings"
	if len(args) == 2 {
		name, args = args[1], args[:1]
	}
	programs := map[string]func(context.Context, string) error{
		"send": send, "receive": receive, "serve": serve, "ask": ask,
	}
	if len(args) == 1 && programs[args[0]] != nil {
		return programs[args[0]](ctx, name)
	}
	return errors.New("usage: queue send|receive|serve|ask [name]")
}

func send(ctx context.Context, name string) error {
	s, err := queue.Send[Reading](ctx, name, queue.Options{})
	if err != nil {
		return err
	}
	for i := range 5 {
		r := Reading{fmt.Sprintf("sensor %d", i), []float64{float64(i) / 8, float64(i) / 8}}
		if err := s.Put(ctx, r); err != nil {
			return errors.Join(err, s.Close())
		}
		if err := pause(ctx); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return errors.Join(s.Join(ctx), s.Close()) // all 5 were received
}

// pace is how long the sender waits behind each reading, so that one can watch.
var pace = time.Second

func pause(ctx context.Context) error {
	select {
	case <-time.After(pace):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func receive(ctx context.Context, name string) error {
	r, err := queue.Receive[Reading](ctx, name, queue.Options{})
	if err != nil {
		return err
	}
	total := 0.0
	for reading, err := range r.All(ctx) {
		if err != nil {
			return errors.Join(err, r.Close())
		}
		fmt.Printf("%s: %.2f\n", reading.Sensor, sum(reading.Values))
		total += sum(reading.Values)
	}
	fmt.Printf("sum %.2f\n", total)
	return r.Close()
}

func sum(values []float64) (s float64) {
	for _, v := range values {
		s += v
	}
	return s
}
