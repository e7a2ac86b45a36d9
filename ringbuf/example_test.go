package ringbuf_test

import (
	"context"
	"fmt"
	"log"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/ringbuf"
)

// order is a message: plain data of a fixed layout.
type order struct {
	ID    uint64
	Price float64
	Side  uint8
}

// process stands for a process attached to a segment; programs use the member of their arena.
type process struct {
	futex.Lot
	id futex.ID
}

func (p *process) ID() futex.ID                          { return p.id }
func (p *process) Alive(futex.ID) bool                   { return true }
func (p *process) Park(word *atomic.Uint32) *futex.Place { return p.Lot.Park(word) }

// A ring between two processes; here one process plays both.
func Example() {
	n, _ := ringbuf.SizeSPSC[order](1000)
	mem := sharedMemory(n)

	// One process formats the memory and pushes.
	r, err := ringbuf.NewSPSC[order](mem, 1000)
	if err != nil {
		log.Fatal(err)
	}
	go produce(r)

	// The other attaches and pops until the ring is closed and drained.
	r2, err := ringbuf.AttachSPSC[order](mem)
	if err != nil {
		log.Fatal(err)
	}
	c, err := r2.Consumer(&process{id: 2})
	for err == nil {
		var o order
		if o, err = c.Pop(context.Background()); err == nil {
			fmt.Println(o.ID, o.Price)
		}
	}
	fmt.Println(err)
	fmt.Println("capacity", r2.Cap())
	// Output:
	// 0 9.5
	// 1 9.5
	// 2 9.5
	// ringbuf: closed
	// capacity 1024
}

func produce(r *ringbuf.SPSC[order]) {
	p, err := r.Producer(&process{id: 1})
	if err != nil {
		log.Fatal(err)
	}
	for i := range uint64(3) {
		_ = p.Push(context.Background(), order{ID: i, Price: 9.5})
	}
	_ = r.Close()
}

func ExampleProducer_TryPushBatch() {
	n, _ := ringbuf.SizeSPSC[uint32](4)
	r, _ := ringbuf.NewSPSC[uint32](sharedMemory(n), 4)
	p, _ := r.Producer(&process{id: 1})
	c, _ := r.Consumer(&process{id: 2})

	pushed, err := p.TryPushBatch([]uint32{10, 11, 12, 13, 14, 15})
	fmt.Println(pushed, err)
	pushed, err = p.TryPushBatch([]uint32{14, 15})
	fmt.Println(pushed, err)

	dst := make([]uint32, 3)
	popped, err := c.TryPopBatch(dst)
	fmt.Println(popped, err, dst, "next is", c.Seq())
	// Output:
	// 4 <nil>
	// 0 ringbuf: full
	// 3 <nil> [10 11 12] next is 3
}

func ExampleSPSC_Producer() {
	n, _ := ringbuf.SizeSPSC[uint32](4)
	r, _ := ringbuf.NewSPSC[uint32](sharedMemory(n), 4)
	p, _ := r.Producer(&process{id: 1})

	_, err := r.Producer(&process{id: 2})
	fmt.Println(err)
	p.Release()
	_, err = r.Producer(&process{id: 2})
	fmt.Println(err)
	// Output:
	// claim producer: ringbuf: role is taken: by member 0x1
	// <nil>
}

// A message is filled in where it stands, and copied into the ring once.
func ExampleProducer_TryPushFrom() {
	n, _ := ringbuf.SizeSPSC[order](4)
	r, err := ringbuf.NewSPSC[order](sharedMemory(n), 4)
	if err != nil {
		log.Fatal(err)
	}
	p, err := r.Producer(&process{id: 1})
	if err != nil {
		log.Fatal(err)
	}
	var o order
	for o.ID = 0; ; o.ID++ {
		if err := p.TryPushFrom(&o); err != nil {
			fmt.Println(o.ID, err)
			break
		}
	}
	// Output:
	// 4 ringbuf: full
}
