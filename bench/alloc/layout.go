package alloc

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/shmarena"
)

// What the workers of ours share beside the blocks: boxes in which blocks cross from
// the one that makes them to the one that frees them. Zeroed memory is empty boxes.
//
//	     0  box 0
//	          0  state  uint64   1 = a block waits; stored by the maker, cleared by the taker
//	          8  block  24 bytes, of shmarena.Array
//	         32  -      32 bytes
//	    64  box 1 ...
//	16,384  made        uint64   by the maker: how many it has made, and 1, when it is done
type crossings struct {
	_    structs.HostLayout
	box  [boxes]sharedBox
	made atomic.Uint64
}

type sharedBox struct {
	_     structs.HostLayout
	state atomic.Uint64
	block shmarena.Array[uint64]
	_     [32]byte
}
