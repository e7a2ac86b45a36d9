package ringbuf_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shmengine/shmengine/ringbuf"
)

// Jobs for several workers, each a process; here one process plays them all.
func ExampleMPMC() {
	n, _ := ringbuf.SizeMPMC[order](64)
	mem := sharedMemory(n)
	r, err := ringbuf.NewMPMC[order](mem, ringbuf.Options{Capacity: 64})
	if err != nil {
		log.Fatal(err)
	}
	s, _ := r.Sender(&process{id: 1})
	for i := range uint64(3) {
		_ = s.Push(context.Background(), order{ID: i})
	}
	_ = r.Close()

	// A worker. If it dies before Done another one gets the job.
	r2, err := ringbuf.AttachMPMC[order](mem, ringbuf.Options{})
	if err != nil {
		log.Fatal(err)
	}
	c, _ := r2.Receiver(&process{id: 2})
	for {
		job, err := c.Take(context.Background())
		if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println("job", job.ID, "sequence number", c.Seq())
		c.Done()
	}
	// Output:
	// job 0 sequence number 0
	// job 1 sequence number 1
	// job 2 sequence number 2
	// ringbuf: closed
}

func ExampleSender_TryPush() {
	n, _ := ringbuf.SizeMPMC[uint32](2)
	r, _ := ringbuf.NewMPMC[uint32](sharedMemory(n), ringbuf.Options{Capacity: 2, Overflow: ringbuf.DropOldest})
	s, _ := r.Sender(&process{id: 1})
	for i := range uint32(5) {
		_ = s.TryPush(i)
	}
	fmt.Println(r.Len(), "stored,", r.Dropped(), "dropped")
	s.Release()
	// Output: 2 stored, 3 dropped
}

// A value is filled in where it stands, and copied into the ring once.
func ExampleSender_TryPushFrom() {
	n, _ := ringbuf.SizeMPMC[order](4)
	r, err := ringbuf.NewMPMC[order](sharedMemory(n), ringbuf.Options{Capacity: 4})
	if err != nil {
		log.Fatal(err)
	}
	s, err := r.Sender(&process{id: 1})
	if err != nil {
		log.Fatal(err)
	}
	var o order
	for o.ID = 0; ; o.ID++ {
		if err := s.TryPushFrom(&o); err != nil {
			fmt.Println(o.ID, err)
			break
		}
	}
	// Output:
	// 4 ringbuf: full
}

func ExampleReceiver_TryPopBatch() {
	n, _ := ringbuf.SizeMPMC[uint32](8)
	r, _ := ringbuf.NewMPMC[uint32](sharedMemory(n), ringbuf.Options{Capacity: 8})
	s, _ := r.Sender(&process{id: 1})
	pushed, err := s.TryPushBatch([]uint32{10, 11, 12, 13})
	fmt.Println(pushed, err)

	c, _ := r.Receiver(&process{id: 2})
	dst := make([]uint32, 3)
	popped, err := c.TryPopBatch(dst)
	fmt.Println(popped, err, dst, "the last is", c.Seq())
	// Output:
	// 4 <nil>
	// 3 <nil> [10 11 12] the last is 2
}
