package queue

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/futex"
)

// The arena of a queue is called NAME.queue. Two of its blocks are published: "queue", one control,
// and "ring", the bytes of a ringbuf.MPMC, which is published when it is formatted.
//
//	control
//	+------------------+ 0
//	| mu, bell, ended  |  mu guards all but done, bell and the owners' own words
//	+------------------+ 64
//	| done             |  the bell of Join: count (bits 1-31), somebody waits (bit 0)
//	+------------------+ 128
//	| side 0           |  senders: 64 bytes, then 128 places of 64 bytes
//	+------------------+ 8384
//	| side 1           |  receivers
//	+------------------+ 16640
//	| text             |  4096 bytes: the type, a line for each field
//	+------------------+ 20736
//
// A zeroed control is a queue that nobody has formatted. The layout hash of control is compared by
// shmarena.Lookup, so another version is an error.
const (
	fileSuffix  = ".queue"
	controlName = "queue"
	ringName    = "ring"

	places  = 128
	textMax = 4096

	sending   = 0
	receiving = 1

	doneWaiting = 1
	doneStep    = 2

	controlSize = 128 + 2*sideSize + textMax
	sideSize    = 64 + places*placeSize
	placeSize   = 64
)

type control struct {
	_ structs.HostLayout

	mu      futex.Mutex
	bell    atomic.Uint32 // stepped with each change of a side; who waits for the other side sleeps on it
	ended   atomic.Uint32 // 1: the queue takes no one any more; its name goes, its ring is closed
	textLen atomic.Uint32
	_       [48]uint8

	done atomic.Uint32 // set by Join and stepped by Receiver.Done, by compare-and-swap
	_    [60]uint8

	sides [2]side
	text  [textMax]uint8
}

// side is the senders or the receivers.
type side struct {
	_ structs.HostLayout

	joined  atomic.Uint32 // how many there were
	wanted  atomic.Uint32 // the queue does not end by this side before so many have joined
	lost    atomic.Uint32 // how many died
	lostPID atomic.Uint32 // the process of the last of them
	_       [48]uint8
	place   [places]place
}

// place is one Sender or Receiver, or free.
type place struct {
	_ structs.HostLayout

	owner atomic.Uint32 // futex.ID; claimed from 0 under mu, freed under mu by the owner or after its death
	pid   atomic.Uint32 // written before owner
	count atomic.Uint64 // items done, written by the owner's Done
	_     [48]uint8
}

// A box is a cell of a ring that carries values which are not plain memory: their length, a uint64, and
// what package flat writes.
type (
	box64 struct {
		_ structs.HostLayout
		b [8]uint64
	}
	box256 struct {
		_ structs.HostLayout
		b [32]uint64
	}
	box1K struct {
		_ structs.HostLayout
		b [128]uint64
	}
	box4K struct {
		_ structs.HostLayout
		b [512]uint64
	}
	box16K struct {
		_ structs.HostLayout
		b [2048]uint64
	}
)

// rest is the other side.
func (c *control) rest(of int) *side { return &c.sides[1-of] }
