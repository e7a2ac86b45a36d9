package process

import (
	"structs"
	"sync/atomic"
)

// The block, shared by this process and one spare: how the spare gets its jobs. Zeroed
// memory is a block without a job. Numbers are little-endian.
//
//	 0  state    uint32   whose turn it is; see below
//	 4  asleep   uint32   written by the spare: 1 = it may sleep on state
//	 8  watched  uint32   written by the parent: 1 = it may sleep on state
//	12  ready    uint32   written by the spare: 1 = its main has called Init
//	16  code     uint32   written by the spare: the exit code of the job
//	20  last     uint32   written by the parent: 1 = the spare ends with this job
//	24  words    uint32   written by the parent: how many words follow
//	28  -        36 bytes
//	64  text     the job: for each word its length, uint32, and its bytes; the first is
//	             the name of the entry, the others are its arguments
//
// The parent writes code, last, words and text only while state is free, the spare reads
// them only while it is running; each hands the block over by the step of state:
//
//	free ──parent──► job ──spare──► running ──spare──► done ──parent──► free
//	any  ──parent──► dead, when the spare's process has ended
const (
	blockSize = 64 << 10
	textAt    = 64
	textSize  = blockSize - textAt
)

const (
	stateFree uint32 = iota
	stateJob
	stateRunning
	stateDone
	stateDead
)

type block struct {
	_       structs.HostLayout
	state   atomic.Uint32
	asleep  atomic.Uint32
	watched atomic.Uint32
	ready   atomic.Uint32
	code    atomic.Uint32
	last    atomic.Uint32
	words   atomic.Uint32
	_       [36]byte
	text    [textSize]byte
}
