package ringbuf

import (
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

func TestSmoke(t *testing.T) {
	for name, mem := range memories(t, size[[7]uint64](t, 4)) {
		t.Run(name, func(t *testing.T) { smoke(t, mem) })
	}
}

func smoke(t *testing.T, mem []byte) {
	x := open[[7]uint64](t, mem, 3, 0)
	if x.Cap() != 4 || x.Len() != 0 {
		t.Fatalf("Cap %d, Len %d; want 4, 0", x.Cap(), x.Len())
	}
	for i := range uint64(4) {
		if err := x.p.TryPush([7]uint64{i, 6: i}); err != nil {
			t.Fatalf("push %d: %v", i, err)
		}
		if x.Len() != int(i)+1 {
			t.Fatalf("Len %d after %d pushes", x.Len(), i+1)
		}
	}
	if err := x.p.TryPush([7]uint64{}); err != ErrFull {
		t.Fatalf("fifth push: %v, want ErrFull", err)
	}
	for i := range uint64(4) {
		var v [7]uint64
		if err := x.c.TryPop(&v); err != nil || v != [7]uint64{i, 6: i} {
			t.Fatalf("pop %d: %v, %v", i, v, err)
		}
	}
	v := [7]uint64{9}
	if err := x.c.TryPop(&v); err != ErrEmpty || v != [7]uint64{9} {
		t.Fatalf("pop of an empty ring: %v, %v; want ErrEmpty and dst untouched", v, err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.p.TryPush(v); err != ErrClosed {
		t.Fatalf("push after Close: %v", err)
	}
	if err := x.c.TryPop(&v); err != ErrClosed {
		t.Fatalf("pop after Close: %v", err)
	}
}

// memories is the two kinds of memory of one process that every test body runs on: -race sees what
// happens in the first one only.
func memories(t *testing.T, n int) map[string][]byte {
	shared, _ := testmem.Shared(t, n)
	return map[string][]byte{"heap": testmem.Go(t, n), "mapped": shared}
}
