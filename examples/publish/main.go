package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/shmarena"
)

// point is a struct as other languages see it: fields of fixed size, at Go's
// offsets 0, 8 and 12.
type point struct {
	ID   uint64
	X, Y float32
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: publish ARENA")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, name string) error {
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 16 << 20})
	if err != nil {
		return err
	}
	defer a.Close()
	defer a.Unlink()
	counter, err := fill(a)
	if err != nil {
		return err
	}
	fmt.Printf("arena %q has mid, counter, points, table and ticks.npy\n", name)
	ctx, stop := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return count(ctx, counter)
}

// count steps a counter that readers of other programs see, ten times a second. To
// them an atomic.Uint64 would be a struct of Go's, so it is a plain number here.
func count(ctx context.Context, counter shmarena.Array[uint64]) error {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			atomic.AddUint64(&counter.Slice()[0], 1)
		}
	}
}

// fill publishes one array of each kind.
func fill(a *shmarena.Arena) (counter shmarena.Array[uint64], err error) {
	counter, err = shmarena.Alloc[uint64](a, 1)
	if err != nil {
		return counter, err
	}
	return counter, errors.Join(a.Publish("counter", counter), mid(a), points(a), table(a), ticks(a))
}

func mid(a *shmarena.Arena) error {
	x, err := shmarena.Alloc[float64](a, 1000)
	if err != nil {
		return err
	}
	for i := range x.Slice() {
		x.Slice()[i] = float64(i) / 2
	}
	return a.Publish("mid", x)
}

func points(a *shmarena.Arena) error {
	x, err := shmarena.CopyIn(a, []point{{1, 0.5, 1}, {2, 1.5, 2}, {3, 2.5, 6}})
	if err != nil {
		return err
	}
	return a.Publish("points", x)
}

// table publishes a View: a value that says where the elements of a shape are, here
// of the transpose of the last two columns of a table.
func table(a *shmarena.Arena) error {
	v, err := shmarena.AllocView[float64](a, 2, 4)
	if err != nil {
		return err
	}
	for i := range v.Dim(0) {
		for j := range v.Row(i) {
			v.Set(float64(10*i+j), i, j)
		}
	}
	x, err := shmarena.CopyIn(a, []shmarena.View[float64]{v.Part(1, 2, 4).Swap(0, 1)})
	if err != nil {
		return err
	}
	return a.Publish("table", x)
}

// ticks publishes the bytes of a whole .npy file of numpy.
func ticks(a *shmarena.Arena) error {
	x, err := shmarena.CopyIn(a, npy([]int32{5, 6, 7}))
	if err != nil {
		return err
	}
	return a.Publish("ticks.npy", x)
}

// npy writes a file of version 1.0: magic, header of a multiple of 64 bytes, data.
func npy(data []int32) []byte {
	var b bytes.Buffer
	head := fmt.Sprintf("{'descr': '<i4', 'fortran_order': False, 'shape': (%d,), }", len(data))
	head += fmt.Sprintf("%*s\n", 128-10-1-len(head), "")
	b.WriteString("\x93NUMPY\x01\x00")
	for _, v := range []any{uint16(len(head)), []byte(head), data} {
		_ = binary.Write(&b, binary.LittleEndian, v) // a Buffer takes everything
	}
	return b.Bytes()
}
