package ringbuf_test

import (
	"context"
	"fmt"
	"log"

	"github.com/shmengine/shmengine/ringbuf"
)

// Prices for everybody who wants them, each a process; here one process plays them all.
func ExampleBroadcast() {
	n, _ := ringbuf.SizeBroadcast[order](4)
	mem := sharedMemory(n)
	b, err := ringbuf.NewBroadcast[order](mem, ringbuf.Options{Capacity: 4, Overflow: ringbuf.DropOldest})
	if err != nil {
		log.Fatal(err)
	}
	p, _ := b.Publisher(&process{id: 1})
	early, _ := b.Subscribe(&process{id: 2}, 0)
	for i := range uint64(6) {
		_ = p.Publish(context.Background(), order{ID: i, Price: 9.5})
	}
	late, _ := b.Subscribe(&process{id: 3}, 2) // with the last two
	_ = b.Close()

	for _, s := range []*ringbuf.Subscriber[order]{early, late} {
		for {
			o, err := s.Next(context.Background())
			if err != nil {
				fmt.Println(err, "with", s.Lost(), "lost")
				break
			}
			fmt.Print(o.ID, " ")
		}
	}
	// Output:
	// 2 3 4 5 ringbuf: closed with 2 lost
	// 4 5 ringbuf: closed with 0 lost
}

func ExampleSubscriber_TryNextBatch() {
	n, _ := ringbuf.SizeBroadcast[uint32](4)
	b, _ := ringbuf.NewBroadcast[uint32](sharedMemory(n), ringbuf.Options{Capacity: 4})
	p, _ := b.Publisher(&process{id: 1})
	s, _ := b.Subscribe(&process{id: 2}, 0)
	published, err := p.TryPublishBatch([]uint32{10, 11, 12, 13, 14})
	fmt.Println(published, err)

	dst := make([]uint32, 3)
	read, err := s.TryNextBatch(dst)
	fmt.Println(read, err, dst, "next is", s.Seq())
	// Output:
	// 4 <nil>
	// 3 <nil> [10 11 12] next is 3
}
