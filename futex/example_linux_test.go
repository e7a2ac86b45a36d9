package futex_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// exampleMember joins a table of its own. Programs get their member from the
// segment that they attach.
func exampleMember() *member.Member {
	lock, err := os.CreateTemp("", "members")
	if err != nil {
		panic(err)
	}
	defer os.Remove(lock.Name())
	m, err := member.Join(member.Config{Mem: exampleTable(1), Lock: lock})
	if err != nil {
		panic(err)
	}
	return m
}

func ExampleMutex() {
	me := exampleMember()
	defer me.Leave()
	var mu futex.Mutex // in shared memory, zeroed

	err := mu.Lock(context.Background(), me)
	switch {
	case errors.Is(err, futex.ErrOwnerDied):
		// Held, but what it guards may be half changed: repair that first.
		mu.MarkConsistent(me)
	case err != nil:
		fmt.Println(err)
		return
	}
	fmt.Println("locked")
	mu.Unlock(me)
	// Output: locked
}

func ExampleMutex_As() {
	me := exampleMember()
	defer me.Leave()
	var shared futex.Mutex

	mu := shared.As(me) // once; then as fast as a mutex of one process
	if err := mu.Lock(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("held by me:", shared.Holder() == me.ID())
	mu.Unlock()
	// Output: held by me: true
}

func ExampleEvent() {
	me := exampleMember()
	defer me.Leave()
	var ready futex.Event // in shared memory, zeroed

	go ready.Set() // another process
	if err := ready.Wait(context.Background(), me); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("set:", ready.IsSet())
	// Output: set: true
}

func ExampleLatch() {
	me := exampleMember()
	defer me.Leave()
	var left futex.Latch // in shared memory, zeroed: open

	if err := left.Add(3); err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		go left.CountDown(1) // other processes, when they are done
	}
	if err := left.Wait(context.Background(), me); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("left:", left.Count())
	// Output: left: 0
}

func ExampleOnce() {
	me := exampleMember()
	defer me.Leave()
	var loaded futex.Once // in shared memory, zeroed

	for range 2 { // or any number of processes at once
		err := loaded.Do(context.Background(), me, func() error {
			fmt.Println("loading")
			return nil
		})
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output: loading
}

func ExampleSemaphore() {
	me := exampleMember()
	defer me.Leave()
	var slots futex.Semaphore // in shared memory, zeroed
	if err := slots.Init(futex.SemaphoreOptions{Value: 2, Limit: 2}); err != nil {
		fmt.Println(err) // ErrInUse: another process was first
	}

	if err := slots.Acquire(context.Background(), me); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("left:", slots.Value())
	if err := slots.Release(me, 1); err != nil {
		fmt.Println(err)
	}
	fmt.Println("one too many:", slots.Release(me, 1))
	// Output:
	// left: 1
	// one too many: futex: more would be released than the limit allows
}

func ExampleSemaphore_TakeLost() {
	me := exampleMember()
	defer me.Leave()
	var slots futex.Semaphore // in shared memory, zeroed
	if err := slots.Init(futex.SemaphoreOptions{Value: 2, Track: true}); err != nil {
		fmt.Println(err)
	}

	err := slots.Acquire(context.Background(), me)
	for errors.Is(err, futex.ErrTokensLost) {
		// A member has died with tokens: repair what they stood for, give them back.
		if err := slots.Release(me, slots.TakeLost(me)); err != nil {
			fmt.Println(err)
			return
		}
		err = slots.Acquire(context.Background(), me)
	}
	fmt.Printf("%+v\n", slots.Books(me))
	// Output: {Value:1 Held:1 Lost:0 Missing:0}
}

func ExamplePermits() {
	me := exampleMember()
	defer me.Leave()
	mem := examplePermits(2) // shared memory, zeroed
	buffers, err := futex.NewPermits(mem, 2)
	if err != nil {
		fmt.Println(err)
		return
	}

	permit, err := buffers.Acquire(context.Background(), me)
	if err != nil {
		fmt.Println(err)
		return
	}
	if permit.From != futex.NoID {
		fmt.Println("the buffer of a process that died: clean it")
	}
	fmt.Println("mine:", buffers.Holder(permit.Index) == me.ID())
	buffers.Release(me, permit.Index)
	// Output: mine: true
}

func ExampleWait() {
	var word atomic.Uint32 // in shared memory
	go func() {
		word.Store(1)
		futex.Wake(&word, 1)
	}()
	for word.Load() == 0 {
		if err := futex.Wait(context.Background(), &word, 0); err != nil && !errors.Is(err, futex.ErrAgain) {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(word.Load())
	// Output: 1
}

func ExamplePlace() {
	me := exampleMember()
	defer me.Leave()
	var word atomic.Uint32 // in shared memory
	go func() {
		word.Store(1)
		futex.Wake(&word, 1)
	}()

	p := me.Park(&word)
	defer me.Unpark(p)
	for {
		p.Look()
		v := word.Load()
		if v != 0 { // a real one also asks me.Alive for whom it waits
			fmt.Println(v)
			return
		}
		if err := p.Wait(context.Background(), v); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output: 1
}

func ExampleWaitAny() {
	var jobs, stop atomic.Uint32 // in shared memory
	go func() {
		stop.Store(1)
		futex.Wake(&stop, 1)
	}()
	words := []futex.Waiter{{Word: &jobs, Old: 0}, {Word: &stop, Old: 0}}
	for {
		i, err := futex.WaitAny(context.Background(), words)
		if err != nil && !errors.Is(err, futex.ErrAgain) {
			fmt.Println(err)
			return
		}
		if words[i].Word.Load() != words[i].Old { // it may be woken for no reason
			fmt.Println("word", i)
			return
		}
	}
	// Output: word 1
}
