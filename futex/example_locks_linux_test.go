package futex_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/futex"
)

func ExampleRWMutex() {
	me := exampleMember()
	defer me.Leave()
	ctx := context.Background()
	var mu futex.RWMutex // in shared memory, zeroed

	err := mu.RLock(ctx, me)
	switch {
	case errors.Is(err, futex.ErrOwnerDied):
		// A writer died, and now it is held for writing: repair what it guards.
		mu.MarkConsistent(me)
		mu.Unlock(me)
		err = mu.RLock(ctx, me)
		if err != nil {
			fmt.Println(err)
			return
		}
	case err != nil:
		fmt.Println(err)
		return
	}
	fmt.Println("read")
	mu.RUnlock(me)

	h := mu.As(me) // once; then as fast as it gets
	if err := h.Lock(ctx); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("written")
	h.Unlock()
	// Output:
	// read
	// written
}

func ExampleRMutex() {
	me := exampleMember()
	defer me.Leave()
	ctx := context.Background()
	var mu futex.RMutex      // in shared memory, zeroed
	h := futex.NewHolder(me) // one for each goroutine, or for each task

	for range 2 { // a function that locks calls another one that does
		if err := mu.Lock(ctx, h); err != nil {
			fmt.Println(err) // ErrOwnerDied: repair, then mu.MarkConsistent(h)
			return
		}
	}
	fmt.Println("locked", mu.Depth(h), "times")
	mu.Unlock(h)
	mu.Unlock(h)
	// Output: locked 2 times
}

func ExampleCond() {
	me := exampleMember()
	defer me.Leave()
	ctx := context.Background()
	var mu futex.Mutex // in shared memory, zeroed, like the next two
	var changed futex.Cond
	var goods int

	done := make(chan error)
	go func() {
		err := mu.Lock(ctx, me)
		if err == nil {
			err = changed.WaitFor(ctx, &mu, me, func() bool { return goods > 0 })
			goods--
			mu.Unlock(me)
		}
		done <- err
	}()

	if err := mu.Lock(ctx, me); err != nil {
		fmt.Println(err)
		return
	}
	goods++
	changed.Notify(&mu, me, 1)
	mu.Unlock(me)
	fmt.Println(<-done, goods)
	// Output: <nil> 0
}

func ExampleBarrier() {
	me := exampleMember()
	defer me.Leave()
	var b futex.Barrier // in shared memory, zeroed
	if err := b.Init(3); err != nil {
		fmt.Println(err)
		return
	}
	if err := b.Join(me); err != nil { // the others shall not wait for the dead
		fmt.Println(err)
		return
	}

	got := make(chan int)
	for range 3 { // in real life, of three processes
		go func() {
			index, err := b.Wait(context.Background(), me)
			if err != nil {
				index = -1
			}
			got <- index
		}()
	}
	fmt.Println(<-got + <-got + <-got) // 0 + 1 + 2
	// Output: 3
}
