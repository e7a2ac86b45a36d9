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

// Two programs of which one asks and the other answers; here both are this one.
func ExampleListen() {
	type Question struct{ Words []string }
	ctx, name := context.Background(), leaktest.Name("questions")
	key := queue.ConnOptions{Key: []byte("known to both")}

	l, err := queue.Listen[int, Question](name, key) // sends int, receives Question
	if err != nil {
		fmt.Println(err)
		return
	}
	defer l.Close()
	go func() {
		c, err := l.Accept(ctx)
		if err != nil {
			return
		}
		for q, err := range c.All(ctx) {
			if err != nil || c.Send(ctx, len(q.Words)) != nil {
				return
			}
		}
		_ = c.Close()
	}()

	c, err := queue.Dial[Question, int](ctx, name, key)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = c.Send(ctx, Question{[]string{"how", "many", "words"}})
	n, err2 := c.Receive(ctx)
	fmt.Println(n, err, err2, c.Close())
	// Output: 3 <nil> <nil> <nil>
}
