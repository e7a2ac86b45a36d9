package engine

import (
	"structs"
	"sync/atomic"
)

// An exchange is the memory file by which one isolated call goes to its process and
// comes back. Of it only the head is mapped; the rest is read and written by system
// calls, so that a process that shortens or fills the file harms nobody, and a stray
// store hits nothing of ours. The file is sparse: what is not used takes no memory.
//
//	+------------------+ 0
//	| isolatedCall     |  the head, one page
//	+------------------+ 4 KiB
//	| arguments        |  written by the coordinator before state is callGiven
//	+------------------+ 2 GiB
//	| result           |  written by the process before state is callDone
//	+------------------+
//
// The step of state hands it over:
//
//	free ──coordinator──► given ──process──► begun ──process──► done
//	given, begun ──coordinator──► dead, when the process has ended
type isolatedCall struct {
	_ structs.HostLayout

	cell  taskCell      // fn, argLen, cancel and deadline of it: as for a task on the board
	state atomic.Uint32 // a futex word
	kind  atomic.Uint32 // of the result: a record's kind
	size  atomic.Uint64 // bytes of the result
	// Where the process has the data arena, if it has; so the address of a fault
	// can be told as an offset.
	dataFrom atomic.Uint64
	dataSize atomic.Uint64
	faultAt  atomic.Uint64 // address of a fault that Go has made a panic; 0 none
	_        [4096 - 512 - 40]byte
}

// States of an isolatedCall.
const (
	callFree = iota
	callGiven
	callBegun
	callDone
	callDead
)

const (
	exchangeHead   = 4096
	exchangeArgs   = exchangeHead
	exchangeResult = 2 << 30
)
