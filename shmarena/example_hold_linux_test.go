package shmarena_test

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

// A frozen array can be viewed copy-on-write: what is written to the snapshot is
// nobody else's.
func ExampleSnapshot() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	x, _ := shmarena.Alloc[int32](a, 10_000) // smaller ones than 32 KiB are copied
	copy(x.Slice(), []int32{1, 2, 3})
	fmt.Println(x.Freeze())

	s, err := x.Snapshot()
	if err != nil {
		fmt.Println(err)
		return
	}
	s.Slice()[0] = 100
	fmt.Println(s.Slice()[:3], x.Slice()[:3])
	fmt.Println(errors.Is(x.Free(), shmarena.ErrHeld), errors.Is(x.Thaw(), shmarena.ErrBusy))
	fmt.Println(s.Close(), x.Thaw(), x.Free())
	// Output:
	// <nil>
	// [100 2 3] [1 2 3]
	// true true
	// <nil> <nil> <nil>
}

// A producer keeps a reference for each of two consumers; the last one to release
// frees the array. Between processes the references travel with the messages, and
// each consumer calls Take first.
func ExampleRef() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	x, _ := shmarena.CopyIn(a, []byte("frame"))
	first, _ := x.Retain()
	second, _ := x.Retain()

	mine, err := first.Take()
	fmt.Println(string(mine.Slice()), err)
	fmt.Println(mine.Release(), x.Refs(), x.Check())
	fmt.Println(second.Release(), x.Check())
	fmt.Println(errors.Is(second.Release(), shmarena.ErrBadRelease))
	// Output:
	// frame <nil>
	// <nil> 1 <nil>
	// <nil> array was freed or is not of this arena
	// true
}

// A sealed array cannot be changed by anybody.
func ExampleSealed() {
	x, err := shmarena.NewSealed(4, func(s []float64) error {
		for i := range s {
			s[i] = float64(i) / 2
		}
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer x.Close()
	y, err := shmarena.OpenSealed[float64](x.File().Fd()) // as a child would
	if err != nil {
		fmt.Println(err)
		return
	}
	defer y.Close()
	_, err = y.File().WriteAt([]byte{1}, 5000)
	fmt.Println(y.Slice(), err != nil)
	// Output: [0 0.5 1 1.5] true
}
