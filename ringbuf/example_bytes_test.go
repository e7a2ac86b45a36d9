package ringbuf_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/shmengine/shmengine/ringbuf"
)

// A ring of records between two processes; here one process plays both.
func ExampleBytes() {
	n, _ := ringbuf.SizeBytes(1 << 16)
	mem := sharedMemory(n)
	r, err := ringbuf.NewBytes(mem, ringbuf.BytesOptions{Capacity: 1 << 16})
	if err != nil {
		log.Fatal(err)
	}
	p, _ := r.Producer(&process{id: 1})
	c, _ := r.Consumer(&process{id: 2}) // in the other process, after AttachBytes

	_ = p.TryPush([]byte("copied in"))
	l, _ := p.TryClaim(15)
	copy(l.Bytes(), "filled in place")
	_ = l.Commit()
	_ = r.Close()

	for {
		b, err := c.AppendPop(context.Background(), nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s\n", b)
	}
	// Output:
	// copied in
	// filled in place
	// ringbuf: closed
}

func ExampleBytesProducer() {
	n, _ := ringbuf.SizeBytes(1024)
	r, _ := ringbuf.NewBytes(sharedMemory(n), ringbuf.BytesOptions{Capacity: 1024, ManyProducers: true})
	p, _ := r.Producer(&process{id: 1})
	q, _ := r.Producer(&process{id: 2})
	c, _ := r.Consumer(&process{id: 3})

	k, err := p.TryPushBatch([][]byte{[]byte("a"), []byte("b")})
	fmt.Println(k, err, q.TryPush([]byte("c")))
	buf := make([]byte, 1)
	for range 3 {
		k, _ := c.TryPop(buf)
		fmt.Print(string(buf[:k]), " ")
	}
	fmt.Println(q.TryPush(make([]byte, 1000)))
	// Output:
	// 2 <nil> <nil>
	// a b c ringbuf: message too large: 1000 bytes, at most 504 in a ring of 1024
}

func ExampleLease() {
	n, _ := ringbuf.SizeBytes(1024)
	r, _ := ringbuf.NewBytes(sharedMemory(n), ringbuf.BytesOptions{Capacity: 1024})
	p, _ := r.Producer(&process{id: 1})
	c, _ := r.Consumer(&process{id: 2})

	first, _ := p.TryClaim(5)
	second, _ := p.TryClaim(6)
	third, _ := p.TryClaim(5)
	copy(third.Bytes(), "third")
	copy(second.Bytes(), "second")
	_ = second.Commit()
	_ = third.Commit()
	_, err := c.TryPeek()
	fmt.Println(err, "while the first is open")
	_ = first.Abort()
	v, _ := c.TryPeek()
	fmt.Println(string(v.Bytes()))
	fmt.Println(first.Commit())
	// Output:
	// ringbuf: empty while the first is open
	// second
	// ringbuf: lease is settled
}

// A batch is read in place and given back at once.
func ExampleView() {
	n, _ := ringbuf.SizeBytes(1024)
	r, _ := ringbuf.NewBytes(sharedMemory(n), ringbuf.BytesOptions{Capacity: 1024})
	p, _ := r.Producer(&process{id: 1})
	c, _ := r.Consumer(&process{id: 2})
	_, _ = p.TryPushBatch([][]byte{[]byte("x"), []byte("y"), []byte("z")})

	var last ringbuf.View
	for {
		v, err := c.TryPeek()
		if err != nil {
			break
		}
		fmt.Print(string(v.Bytes()), " ")
		last = v
	}
	fmt.Println(r.Len(), "bytes are taken")
	last.Release()
	fmt.Println(r.Len(), "after the release")
	// Output:
	// x y z 48 bytes are taken
	// 0 after the release
}

func ExampleShortBufferError() {
	n, _ := ringbuf.SizeBytes(1024)
	r, _ := ringbuf.NewBytes(sharedMemory(n), ringbuf.BytesOptions{Capacity: 1024})
	p, _ := r.Producer(&process{id: 1})
	c, _ := r.Consumer(&process{id: 2})
	_ = p.TryPush([]byte("more than fits"))

	_, err := c.TryPop(make([]byte, 4))
	var short *ringbuf.ShortBufferError
	if errors.As(err, &short) {
		buf := make([]byte, short.Need)
		k, err := c.TryPop(buf)
		fmt.Println(string(buf[:k]), err)
	}
	// Output: more than fits <nil>
}

func ExamplePipe() {
	opt := ringbuf.PipeOptions{Capacity: 4096}
	n, _ := ringbuf.SizePipe(opt)
	p, _ := ringbuf.NewPipe(sharedMemory(n), opt)
	a, _ := p.End(&process{id: 1}, 0)
	b, _ := p.End(&process{id: 2}, 1) // in the other process, after AttachPipe
	ctx := context.Background()

	_ = a.Send(ctx, []byte("ping"))
	msg, _ := b.Recv(ctx, nil)
	_ = b.Send(ctx, append(msg, " and pong"...))
	_ = b.Close()

	msg, _ = a.Recv(ctx, nil)
	fmt.Printf("%s\n", msg)
	_, err := a.Recv(ctx, nil)
	fmt.Println(err)
	// Output:
	// ping and pong
	// EOF
}

// One goroutine may send while another receives.
func ExamplePipeEnd() {
	opt := ringbuf.PipeOptions{Capacity: 64, OneWay: true}
	n, _ := ringbuf.SizePipe(opt)
	p, _ := ringbuf.NewPipe(sharedMemory(n), opt)
	from, _ := p.End(&process{id: 1}, 0)
	to, _ := p.End(&process{id: 2}, 1)

	go func() {
		_ = from.Send(context.Background(), make([]byte, 1000)) // in pieces
		_ = from.Close()
	}()
	msg, err := to.Recv(context.Background(), nil)
	fmt.Println(len(msg), err)
	fmt.Println(to.Send(context.Background(), nil))
	// Output:
	// 1000 <nil>
	// send: ringbuf: wrong direction
}
