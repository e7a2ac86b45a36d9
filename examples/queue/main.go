package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"

	"github.com/shmengine/shmengine/engine/queue"
)

// Reading is what goes through the queue. Both programs describe it by its fields.
type Reading struct {
	Sensor int64
	Value  float64
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is one of the two programs. A name of the queue may follow.
func run(ctx context.Context, args []string) error {
	name := "readings"
	if len(args) == 2 {
		name, args = args[1], args[:1]
	}
	switch {
	case len(args) == 1 && args[0] == "send":
		return send(ctx, name)
	case len(args) == 1 && args[0] == "receive":
		return receive(ctx, name)
	}
	return errors.New("usage: queue send|receive [name]")
}

func send(ctx context.Context, name string) error {
	s, err := queue.Send[Reading](ctx, name, queue.Options{})
	if err != nil {
		return err
	}
	for i := range 5 {
		if err := s.Put(ctx, Reading{int64(i), float64(i) / 4}); err != nil {
			return errors.Join(err, s.Close())
		}
	}
	return errors.Join(s.Join(ctx), s.Close()) // all 5 were received
}

func receive(ctx context.Context, name string) error {
	r, err := queue.Receive[Reading](ctx, name, queue.Options{})
	if err != nil {
		return err
	}
	sum := 0.0
	for reading, err := range r.All(ctx) {
		if err != nil {
			return errors.Join(err, r.Close())
		}
		sum += reading.Value
		fmt.Printf("sensor %d: %.2f\n", reading.Sensor, reading.Value)
	}
	fmt.Printf("sum %.2f\n", sum)
	return r.Close()
}
