package queue_test

import (
	"context"
	"fmt"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
)

// Two ends of one queue. They are in one program here; each knows only the name.
func Example() {
	type Order struct {
		ID    int64
		Price float64
	}
	ctx, name := context.Background(), leaktest.Name("orders")
	done := make(chan error)
	go func() {
		r, err := queue.Receive[Order](ctx, name, queue.Options{})
		if err != nil {
			done <- err
			return
		}
		for order, err := range r.All(ctx) {
			fmt.Println(order.ID, order.Price, err)
		}
		done <- r.Close()
	}()
	s, err := queue.Send[Order](ctx, name, queue.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range 3 {
		if err := s.Put(ctx, Order{int64(i), 1.5 * float64(i)}); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(s.Join(ctx), s.Close(), <-done)
	// Output:
	// 0 0 <nil>
	// 1 1.5 <nil>
	// 2 3 <nil>
	// <nil> <nil> <nil>
}
