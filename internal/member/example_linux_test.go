package member_test

import (
	"fmt"
	"os"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

func ExampleJoin() {
	// Two members of one process stand in for two processes; the table lies in
	// shared memory then, and both open the same file.
	table := alignedTable(2)
	file, err := os.CreateTemp("", "segment")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	again, err := os.OpenFile(file.Name(), os.O_RDWR, 0)
	if err != nil {
		panic(err)
	}

	sweep := func(dead futex.ID) error { return nil } // recovers what a dead member left
	a, err := member.Join(member.Config{Mem: table, Lock: file, Sweep: sweep})
	if err != nil {
		panic(err)
	}
	defer a.Leave()
	b, err := member.Join(member.Config{Mem: table, Lock: again, Sweep: sweep})
	if err != nil {
		panic(err)
	}

	fmt.Println("b is alive:", a.Alive(b.ID()))
	if err := b.Leave(); err != nil {
		panic(err)
	}
	fmt.Println("b is alive:", a.Alive(b.ID()))
	// Output:
	// b is alive: true
	// b is alive: false
}
