package shmarena_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// lend makes an arena and sends it to whoever listens.
func lend(ctx context.Context, path string) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	x, _ := shmarena.CopyIn(a, []float64{1, 2, 3})
	_ = a.Publish("x", x)
	_ = a.SendTo(ctx, conn)
	_, _ = conn.Read(make([]byte, 1)) // until it has been used
}

// An arena goes to a program that knows no name of it, over a Unix socket.
func ExampleReceive() {
	path := os.TempDir() + "/" + leaktest.Name("example.sock")
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer listener.Close()
	ctx := context.Background()
	go lend(ctx, path) // in another program
	conn, err := listener.AcceptUnix()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()
	a, err := shmarena.Receive(ctx, conn)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer a.Close()
	x, err := shmarena.Lookup[float64](a, "x")
	fmt.Println(x.Slice(), err)
	// Output: [1 2 3] <nil>
}

// A reader can be given everything and can change nothing.
func ExampleOpenReadOnly() {
	name := leaktest.Name("read-only")
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shmarena.Unlink(name)
	x, _ := shmarena.CopyIn(a, []int32{1, 2, 3})
	_ = a.Publish("x", x)
	_ = a.Close() // a process attaches in one way; another one would open it now

	r, err := shmarena.OpenReadOnly(name)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	x, err = shmarena.Lookup[int32](r, "x")
	fmt.Println(x.Slice(), err)
	_, err = shmarena.Alloc[int32](r, 1)
	fmt.Println(errors.Is(err, shmarena.ErrReadOnly), errors.Is(x.Free(), shmarena.ErrReadOnly))
	// Output:
	// [1 2 3] <nil>
	// true true
}

// While With runs the arena stays open.
func ExampleArray_With() {
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := shmarena.CopyIn(a, []int64{1, 2, 3})
	sum := int64(0)
	err = x.With(func(s []int64) error {
		for _, v := range s {
			sum += v
		}
		fmt.Println(errors.Is(a.Close(), shmarena.ErrBusy))
		return nil
	})
	fmt.Println(sum, err, a.Close())
	// Output:
	// true
	// 6 <nil> <nil>
}

// An arena that its creator left behind can be looked at and checked from outside.
func ExampleSurvey() {
	name := leaktest.Name("survey")
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer shmarena.Unlink(name)
	_ = a.Close()

	all, err := shmarena.Survey()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range all {
		if f.Name == name {
			fmt.Println("alive:", f.Seen.Alive(), "size:", f.Seen.Size, "sound:", shmarena.VerifyNamed(name))
		}
	}
	// Output: alive: false size: 1048576 sound: <nil>
}
