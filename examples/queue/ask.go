package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/engine/queue"
)

// Both programs have the key, from a file or the environment if they are not one program as here.
var options = queue.ConnOptions{Key: []byte("not a good one")}

// serve answers one client: what is sent is a float64, what is received a Reading.
func serve(ctx context.Context, name string) error {
	l, err := queue.Listen[float64, Reading](name, options)
	if err != nil {
		return err
	}
	c, err := l.Accept(ctx)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	for reading, err := range c.All(ctx) { // until the client has closed
		if err == nil {
			err = c.Send(ctx, sum(reading.Values))
		}
		if err != nil {
			return errors.Join(err, c.Close(), l.Close())
		}
	}
	return errors.Join(c.Close(), l.Close())
}

func ask(ctx context.Context, name string) error {
	c, err := queue.Dial[Reading, float64](ctx, name, options)
	if err != nil {
		return err
	}
	if err := c.Send(ctx, Reading{"all", []float64{1, 2, 4}}); err != nil {
		return errors.Join(err, c.Close())
	}
	answer, err := c.Receive(ctx)
	fmt.Printf("process %d says %.2f\n", c.PID(), answer)
	return errors.Join(err, c.Close())
}
