package shmarena_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// An arena without a name lives as long as somebody has it open.
func Example() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	prices, err := shmarena.CopyIn(a, []float64{10.5, 11.25, 9.75})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range prices.Part(1, 3) {
		fmt.Println(p)
	}
	// Output:
	// 11.25
	// 9.75
}

// A named arena is opened by other programs; here by the same one, which gets
// the same memory.
func ExampleArena() {
	name := fmt.Sprintf("example-%d", os.Getpid())
	a, err := shmarena.OpenOrCreate(shmarena.Options{Name: name, Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	defer a.Unlink()

	b, err := shmarena.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer b.Close()
	fmt.Println(b.Cap(), b.Backing(), b.Stats().Members)
	// Output: 1048576 shm 1
}

// An Array is a plain value; copies of it are the same array.
func ExampleArray() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	x, err := shmarena.Alloc[int64](a, 4)
	if err != nil {
		log.Fatal(err)
	}
	y := x
	y.Slice()[2] = 7
	fmt.Println(x.Slice(), x.Len(), cap(x.Part(0, 2)))

	fmt.Println(x.Free())
	fmt.Println(y.Check())
	// Output:
	// [0 0 7 0] 4 2
	// <nil>
	// array was freed or is not of this arena
}

// A View is a shape over an array: here a table, one column of it, and a part.
func ExampleView() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	table, err := shmarena.AllocView[float64](a, 3, 4)
	if err != nil {
		log.Fatal(err)
	}
	for i := range table.Dim(0) {
		row := table.Row(i) // a []float64 onto the shared pages
		for j := range row {
			row[j] = float64(10*i + j)
		}
	}
	column := table.Pick(1, 2)
	column.Set(99, 0)
	part := table.Part(0, 1, 3).Part(1, 2, 4)
	fmt.Println(table.Row(0), column.At(1), column.Stride(0))
	fmt.Println(part.Row(0), part.Row(1), part.Swap(0, 1).At(1, 0))
	// Output:
	// [0 1 99 3] 12 4
	// [12 13] [22 23] 13
}

// Names are how processes that share nothing but an arena find arrays in it.
func ExampleLookup() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	x, err := shmarena.CopyIn(a, []int32{1, 2, 3})
	if err != nil {
		log.Fatal(err)
	}
	if err := a.Publish("counts", x); err != nil {
		log.Fatal(err)
	}
	y, err := shmarena.Lookup[int32](a, "counts")
	fmt.Println(y.Slice(), err)

	_, err = shmarena.Lookup[float32](a, "counts")
	fmt.Println(err != nil)
	// Output:
	// [1 2 3] <nil>
	// true
}

// The value holds what a program needs to say why there was no room.
func ExampleNoSpaceError() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()

	_, err = shmarena.Alloc[byte](a, 2<<20)
	fmt.Println(err.Error()[len("shmarena: arena 00000000: "):])
	// Output: alloc 2097152 of uint8: alloc: no space for 2097152 bytes: arena has 1048576 of 1048576 free
}

// Any program can look at a named arena without becoming a member of it.
func ExampleInspect() {
	name := fmt.Sprintf("example-inspect-%d", os.Getpid())
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err != nil {
		log.Fatal(err)
	}
	defer a.Close()
	defer a.Unlink()
	stock, err := shmarena.Alloc[futex.Mutex](a, 1)
	if err == nil {
		err = a.Publish("stock", stock)
	}
	if err == nil {
		err = stock.Slice()[0].Lock(context.Background(), a.Member())
	}
	if err != nil {
		log.Fatal(err)
	}

	seen, err := shmarena.Inspect(name)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("in use:", seen.Alive())
	for _, l := range seen.Locks {
		fmt.Println(l.Where, l.Kind, "held by", len(l.Holders))
	}
	// Output:
	// in use: true
	// the heap Mutex held by 0
	// the names Mutex held by 0
	// the holds Mutex held by 0
	// "stock" Mutex held by 1
}
