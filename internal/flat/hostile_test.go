package flat_test

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
	"github.com/shmengine/shmengine/internal/testmem"
)

func encoded[T any](t testing.TB, v T, o ...flat.Option) []byte {
	t.Helper()
	p := plan[T](t, o...)
	b := make([]byte, p.Size(&v))
	p.Encode(b, &v)
	return b
}

// TestCut: no beginning of a value is a value, and nothing behind it either. Guarded memory ends where src does.
func TestCut(t *testing.T) {
	p, b := plan[order](t), encoded(t, someOrder())
	mem := testmem.Guarded(t, len(b)+8, testmem.End)
	for n := range b {
		src := mem[len(mem)-n:]
		copy(src, b)
		v := someOrder()
		if err := p.Decode(src, &v); !errors.Is(err, flat.ErrCorrupt) || !reflect.DeepEqual(v, order{}) {
			t.Fatalf("%d of %d bytes: %+v, %v", n, len(b), v, err)
		}
	}
	copy(mem, b)
	if err := p.Decode(mem[:len(b)+1], new(order)); !errors.Is(err, flat.ErrCorrupt) {
		t.Errorf("a byte more: %v", err)
	}
}

func TestErrorsNameTheField(t *testing.T) {
	type small struct {
		A []struct{ Name string }
		B [2]struct{ On, Off bool }
		C []bool
	}
	b := encoded(t, small{A: make([]struct{ Name string }, 2), C: make([]bool, 3)})
	for want, change := range map[string]func([]byte){
		"decode flat_test.small: A[1].Name: length 9223372036854775808 is more than the 19 bytes left can hold: flat: corrupt bytes": func(b []byte) { b[23] = 0x80 },
		"decode flat_test.small: A: length 8 is more than the 35 bytes left can hold: flat: corrupt bytes":                           func(b []byte) { b[0] = 9 },
		"decode flat_test.small: B: a bool is neither 0 nor 1: flat: corrupt bytes":                                                  func(b []byte) { b[26] = 77 },
		"decode flat_test.small: C[1]: a bool is neither 0 nor 1: flat: corrupt bytes":                                               func(b []byte) { b[41] = 2 },
		"decode flat_test.small: C: length 4 is more than the 3 bytes left can hold: flat: corrupt bytes":                            func(b []byte) { b[32]++ },
		"decode flat_test.small: 3 bytes are left over: flat: corrupt bytes":                                                         func(b []byte) { b[32] = 0 },
	} {
		damaged := append([]byte(nil), b...)
		change(damaged)
		if err := plan[small](t).Decode(damaged, new(small)); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// TestHugeLengths: whatever a length says, what is allocated is in proportion to what is there.
func TestHugeLengths(t *testing.T) {
	p, b := plan[order](t), encoded(t, someOrder())
	most := uint64(0)
	for at := 0; at+8 <= len(b); at += 8 {
		for _, length := range []uint64{1 << 63, 1<<63 - 1, 1 << 61, 1<<32 + 1, 1 << 20, ^uint64(0), uint64(len(b)), uint64(len(b)) / 8} {
			damaged := append([]byte(nil), b...)
			binary.LittleEndian.PutUint64(damaged[at:], length)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_ = p.Decode(damaged, new(order))
			runtime.ReadMemStats(&after)
			most = max(most, after.TotalAlloc-before.TotalAlloc)
		}
	}
	if limit := uint64(32*len(b) + 4096); most > limit {
		t.Errorf("a decode of %d bytes allocated %d, more than %d", len(b), most, limit)
	}
}

// TestNestedBombs: a few bytes cannot ask for deep recursion.
func TestNestedBombs(t *testing.T) {
	b := make([]byte, 8*100_000)
	for i := 0; i < len(b); i += 8 {
		b[i] = 2 // a slice of one
	}
	err := plan[list](t).Decode(b, new(list))
	if !errors.Is(err, flat.ErrCorrupt) || !strings.Contains(err.Error(), "nested deeper than 500") {
		t.Errorf("100,000 slices in one another: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, someOrder()))
	f.Add(encoded(f, order{}))
	f.Add([]byte{1})
	p, q := plan[order](f), plan[tree](f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var v order
		if err := p.Decode(b, &v); err == nil {
			checkOrder(t, &v)
			if n := p.Size(&v); n != len(b) {
				t.Errorf("%d bytes became a value of %d", len(b), n)
			}
		} else if !errors.Is(err, flat.ErrCorrupt) {
			t.Error(err)
		}
		if err := q.Decode(b, new(tree)); err != nil && !errors.Is(err, flat.ErrCorrupt) {
			t.Error(err)
		}
	})
}

// checkOrder looks at all of a value. A bool that is neither true nor false would lead outside of yes.
func checkOrder(t *testing.T, v *order) {
	yes := map[bool]int{}
	for _, s := range v.Sub {
		for _, f := range s.Flags {
			yes[f]++
		}
	}
	yes[v.Done]++
	if len(yes) > 2 {
		t.Error("there are more than two bools")
	}
	for _, s := range v.Tags {
		_ = s + v.Name
	}
}

// TestRewrittenWhileRead: a peer changes the bytes all the time. The other mapping of the memory keeps
// the race detector out of it: it is meant to be written by others.
func TestRewrittenWhileRead(t *testing.T) {
	p, v := plan[order](t), someOrder()
	good := encoded(t, v)
	mem, file := testmem.Shared(t, 4096)
	peer := testmem.Map(t, file, 4096)
	copy(mem, good)
	stop, done := make(chan struct{}), sync.WaitGroup{}
	done.Go(func() { rewrite(peer[:len(good)], good, stop) })
	failed, read := 0, 0
	for end := time.Now().Add(5 * time.Minute); read+failed < 20_000 || read == 0 || failed == 0; {
		if time.Now().After(end) {
			t.Fatalf("%d were read, %d refused: both are wanted", read, failed)
		}
		var back order
		switch err := p.Decode(mem[:len(good)], &back); {
		case err == nil:
			read++
			checkOrder(t, &back)
		case errors.Is(err, flat.ErrCorrupt):
			failed++
		default:
			t.Fatal(err)
		}
	}
	close(stop)
	done.Wait()
	t.Logf("%d were read, %d refused", read, failed)
}

// rewrite has one word wrong all the time, or none.
func rewrite(mem, good []byte, stop chan struct{}) {
	r := rand.New(rand.NewPCG(1, 2))
	for at := 0; ; at = r.IntN(len(mem)/8) * 8 {
		select {
		case <-stop:
			return
		default:
		}
		for range 1 + r.IntN(64) {
			binary.LittleEndian.PutUint64(mem[at:], r.Uint64()>>r.IntN(64))
		}
		for range 1 + r.IntN(64) {
			copy(mem[at:at+8], good[at:])
		}
	}
}
