//go:build linux

package engine

import (
	"context"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

type scribbleArgs struct{ X In[float64] }

// scribbleSize is the arena that scribbleFunc knows the layout of.
const scribbleSize = 256 << 20

// scribbleFunc writes over the table of spans of the data arena, as a wild pointer of C
// does, and crashes.
var scribbleFunc = NewFunc("test/scribble", func(_ context.Context, a scribbleArgs) (int, error) {
	arena, _ := a.X.array.Arena()
	from, size := arena.Addresses()
	first := unsafe.Pointer(&a.X.All()[0])
	const spans, tables = scribbleSize >> 16 * 32, scribbleSize >> 16 * (8 << 10)
	blocks := uintptr(size) - scribbleSize
	const slack = 68 << 10 // of alignment: what lies before is hit too
	at := blocks - tables - spans - slack
	table := unsafe.Slice((*byte)(unsafe.Add(first, int(at)-int(uintptr(first)-from))), spans+slack)
	for i := range table {
		table[i] = 0x5a
	}
	_ = unix.Kill(os.Getpid(), unix.SIGSEGV)
	select {}
})
