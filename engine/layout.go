package engine

import (
	"structs"
	"sync/atomic"

	"github.com/shmengine/shmengine/shmarena"
)

// The control arena holds one controlBlock, a ring for each worker, and for each
// job its ledger, its partial results and its saved partitions. It is a mapping
// apart from the data that kernels touch.
//
//	controlBlock
//	+------------------+ 0
//	| header           |  identity: written by the coordinator before any worker starts
//	+------------------+ 128
//	| events           |  bumped by workers; the coordinator sleeps on it
//	+------------------+ 256
//	| worker[0..255]   |  128 bytes each, written by that worker
//	+------------------+
//	| job[0..63]       |  4 KiB each, see jobSlot
//	+------------------+
//
// A step of controlVersion goes with every change here.
const (
	controlMagic   = 0x6c6f72746e6f4353 // "SControl"
	controlVersion = 3

	maxWorkers = 256
	maxJobs    = 64
	maxArgs    = 1024
	maxErrText = 2048
	maxParts   = 1 << 20

	ringSlots = 256

	// controlName is the name of the controlBlock within the control arena.
	controlName = "engine"
)

// A jobRef names a job: {generation:32, slot+1:32}; 0 names none. A slot's
// generation is odd while the job is open.
type jobRef uint64

func refOf(slot int, gen uint32) jobRef { return jobRef(gen)<<32 | jobRef(slot+1) }

func (r jobRef) gen() uint32 { return uint32(r >> 32) }

// slot returns the slot's index, or false when r names none.
func (r jobRef) slot() (int, bool) {
	i := int(uint32(r)) - 1
	return i, 0 <= i && i < maxJobs
}

// A descriptor is what goes through a worker's ring: look at this job.
type descriptor struct {
	_ structs.HostLayout

	job jobRef
	_   [48]byte
}

type controlBlock struct {
	_ structs.HostLayout

	magic    uint64
	version  uint32
	workers  uint32
	registry uint64 // hash of every registered kernel: coordinator and workers must agree
	rings    shmarena.Array[byte]
	stride   uint64 // bytes from one worker's ring to the next
	_        [128 - 24 - 24 - 8]byte

	events atomic.Uint32 // a step is news for the coordinator
	_      [128 - 4]byte

	worker [maxWorkers]workerSlot
	job    [maxJobs]jobSlot
}

// workerSlot is written by its worker and read by the coordinator and by
// whoever looks on.
type workerSlot struct {
	_ structs.HostLayout

	state      atomic.Uint32 // stateNone, stateReady, stateRefused
	member     atomic.Uint32 // futex.ID of the worker in the control arena
	current    atomic.Uint64 // the job it may look at: {generation:32, slot+1:32}, 0 none
	running    atomic.Uint64 // {claims so far, in a partition:1}
	partitions atomic.Uint64 // partitions done
	_          [128 - 32]byte
}

// States of a workerSlot. A slot goes from none to ready or refused; the
// coordinator sets it back to none before it starts a replacement.
const (
	stateNone = iota
	stateReady
	stateRefused
)

// jobSlot is one job. The coordinator writes the plain fields while the slot is
// closed (generation even) and no worker's current names it; workers read them
// only while it is open and their current names it.
type jobSlot struct {
	_ structs.HostLayout

	gen    atomic.Uint32 // odd: open. Stored last when a job is opened.
	cancel atomic.Uint32 // not 0: claim no more, return from kernels
	noisy  atomic.Uint32 // not 0: report every partition, since `remaining` may be wrong after a death
	failed atomic.Uint32 // error text: 0 none, 1 being written, 2 there

	kernel     uint32 // index into the sorted registry
	shift      uint32 // a partition is 1<<shift leaves
	parts      uint32
	argLen     uint32
	rows       uint64
	partStride uint64 // bytes from one partial result to the next
	saveStride uint64 // bytes of saved columns for each worker; 0 when nothing is saved

	ledger   shmarena.Array[ledgerEntry]
	partials shmarena.Array[byte]
	saves    shmarena.Array[byte]
	_        [256 - 16 - 16 - 24 - 72]byte

	remaining atomic.Int64  // hint: partitions not yet done
	asleep    atomic.Uint32 // not 0: whoever ran the job sleeps; tell it of the last partition
	_         [128 - 12]byte

	errPart uint32
	errLen  uint32
	errKind uint32
	_       uint32
	errText [maxErrText]byte
	args    [maxArgs]byte
	_       [4096 - 256 - 128 - 16 - maxErrText - maxArgs]byte
}

// ledgerEntry is one partition of a job; entry has its bits.
type ledgerEntry struct {
	_ structs.HostLayout
	v atomic.Uint64
}
