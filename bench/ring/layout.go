package ring

import (
	"structs"
	"sync/atomic"
)

// The board is what the processes of a case share beside the ring: zeroed when a measurement
// begins. twin.c has one of its own.
//
//	  0  filled   uint64  by the sender: how often it has filled the ring
//	128  drained  uint64  by the receiver: how often it has drained it
//	256  ended    uint64  senders that are done, each adds 1
//	384
type board struct {
	_       structs.HostLayout
	filled  atomic.Uint64
	_       [120]byte
	drained atomic.Uint64
	_       [120]byte
	ended   atomic.Uint64
	_       [120]byte
}

func (b *board) reset() {
	b.filled.Store(0)
	b.drained.Store(0)
	b.ended.Store(0)
}
