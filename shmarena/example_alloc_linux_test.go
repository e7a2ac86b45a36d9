package shmarena_test

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

func ExampleAllocAligned() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		panic(err)
	}
	defer a.Close()
	x, err := shmarena.AllocAligned[byte](a, 100, 4096)
	if err != nil {
		panic(err)
	}
	fmt.Println(x.Len(), x.Free())
	// Output: 100 <nil>
}

func ExampleArray_Resize() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		panic(err)
	}
	defer a.Close()
	x, err := shmarena.CopyIn(a, []int32{1, 2, 3})
	if err != nil {
		panic(err)
	}
	y, err := x.Resize(5)
	if err != nil {
		panic(err)
	}
	fmt.Println(y.Slice(), errors.Is(x.Check(), shmarena.ErrFreed))
	// Output: [1 2 3 0 0] true
}

func ExampleArena_Trim() {
	a, err := shmarena.Create(shmarena.Options{Size: 8 << 20, Keep: 1 << 20})
	if err != nil {
		panic(err)
	}
	defer a.Close()
	x, err := shmarena.Alloc[byte](a, 1<<20)
	if err != nil {
		panic(err)
	}
	if err := x.Free(); err != nil {
		panic(err)
	}
	fmt.Println("kept for the next block:", a.Stats().Warm)
	n, err := a.Trim()
	fmt.Println("given back:", n, err)
	// Output:
	// kept for the next block: 1048576
	// given back: 1048576 <nil>
}

func ExampleArena_Classes() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		panic(err)
	}
	defer a.Close()
	for range 3 {
		if _, err := shmarena.Alloc[byte](a, 1000); err != nil {
			panic(err)
		}
	}
	for _, c := range a.Classes() {
		fmt.Printf("%d of %d blocks of %d bytes in %d span, %d bytes in use\n", c.Blocks, c.Capacity, c.Size, c.Spans, c.InUse)
	}
	// Output: 3 of 64 blocks of 1024 bytes in 1 span, 3000 bytes in use
}

func ExampleLeakError() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20, Checked: true})
	if err != nil {
		panic(err)
	}
	if _, err := shmarena.Alloc[byte](a, 1000); err != nil {
		panic(err)
	}
	var leak *shmarena.LeakError
	if err := a.Close(); errors.As(err, &leak) {
		for _, l := range leak.Leaks {
			fmt.Println(l.Bytes, "bytes were not freed")
		}
	}
	// Output: 1000 bytes were not freed
}
