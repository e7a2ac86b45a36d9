package kernels

import "runtime"

// A pace counts the work of a long call, and lets other goroutines run now and then.
// A safepoint lets the world be stopped; but what has to run before and after that, such as
// the steps of runtime.GC, waits for a processor until the runtime takes one away, after
// 10 ms, and there are several such steps. A turn ends after a third of a millisecond at most,
// and costs 65 ns if nobody waits; 9 us in a goroutine that is locked to its thread.
type pace struct{ done int }

// Work of a turn.
const (
	gemmTurn = 1 << 23 // multiplications, of which a tile has as many however full it is
	gemvTurn = 1 << 17 // elements of the matrix, if they come from memory
)

// gemmTileEnd is the work of packing and writing a tile, in products for each of its elements.
const gemmTileEnd = 16

// spend is called between two pieces of work, of n each, and is a safepoint.
func (p *pace) spend(n, most int) {
	if p.done += n; p.done < most {
		safepoint()
		return
	}
	p.done = 0
	runtime.Gosched()
}
