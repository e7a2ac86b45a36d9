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
//	| totals           |  what the coordinator has counted, for whoever looks on
//	+------------------+ 384
//	| helped           |  what it has done itself, with Config.Help
//	+------------------+ 512
//	| worker[0..255]   |  256 bytes each, written by that worker
//	+------------------+
//	| job[0..63]       |  4 KiB each, see jobSlot
//	+------------------+
//	| ring[0..255]     |  24 bytes each: where that worker's ring is
//	+------------------+
//
// Single tasks have a block of their own, the taskBoard, in the control arena of an
// engine with worker processes, and in the coordinator's own memory with goroutines:
//
//	taskBoard
//	+------------------+ 0
//	| idle             |  a bit for each worker that is about to sleep
//	+------------------+ 128
//	| news             |  a bit for each cell that the coordinator is to look at
//	+------------------+ 1 KiB
//	| hungry           |  not 0: the coordinator wants to hear of every task's end
//	+------------------+ 1152
//	| watch[0..255]    |  64 bytes each: the cell that an idle worker looks at
//	+------------------+
//	| hints[0..2]      |  one ring of cell numbers for each priority
//	+------------------+
//	| cell[0..4095]    |  512 bytes each, see taskCell
//	+------------------+
//
// A step of controlVersion goes with every change here.
const (
	controlMagic   = 0x6c6f72746e6f4353 // "SControl"
	controlVersion = 6

	maxWorkers = 256
	maxJobs    = 64
	maxArgs    = 1024
	maxErrText = 2048
	maxParts   = 1 << 20

	ringSlots  = 256
	reportSize = 4096 // {length:4, JSON}: what was done about a worker's limits

	maxTasks   = 4096         // cells: tasks and batches of tasks that are under way
	hintSlots  = 2 * maxTasks // hints of one priority
	taskLevels = 3            // priorities
	inlineSize = 400          // bytes of arguments and results that a cell has room for itself
	inlineArgs = 160          // most bytes of arguments there; the results follow
	inlineRoom = inlineSize - inlineArgs

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

	job  jobRef
	cell uint32 // of the board, +1: a task for this worker; 0 none
	_    [44]byte
}

type controlBlock struct {
	_ structs.HostLayout

	magic    uint64
	version  uint32
	workers  atomic.Uint32 // how many there are to be; the coordinator changes it at any time
	registry uint64        // hash of every registered kernel: coordinator and workers must agree
	board    shmarena.Array[taskBoard]
	started  int64                // in ns since 1970
	reports  shmarena.Array[byte] // reportSize for each worker that there can be, if there are limits
	member   uint32               // futex.ID of the coordinator in the control arena
	_        [128 - 24 - 24 - 36]byte

	events atomic.Uint32 // a step is news for the coordinator
	drowsy atomic.Uint32 // not 0: the coordinator sleeps on events, or is about to
	opened atomic.Uint32 // jobs that are open; stepped by the coordinator before it opens one
	_      [128 - 12]byte

	totals totals
	helped workerStats // of whoever waited: several goroutines of the coordinator add to it

	worker [maxWorkers]workerSlot
	job    [maxJobs]jobSlot
	ring   [maxWorkers]shmarena.Array[byte] // written before the first process of that worker is started
}

// workerSlot is written by its worker and read by the coordinator and by
// whoever looks on.
type workerSlot struct {
	_ structs.HostLayout

	state    atomic.Uint32 // stateNone, stateReady, stateRefused
	member   atomic.Uint32 // futex.ID of the worker in the control arena
	current  atomic.Uint64 // the job it may look at: {generation:32, slot+1:32}, 0 none
	running  atomic.Uint64 // what it is in, and how far: see begin
	dataFrom atomic.Uint64 // where its process has the data arena mapped, and how much of it
	dataSize atomic.Uint64
	leave    atomic.Uint32 // written by the coordinator, not 0: end when nothing is in hand
	_        [128 - 44]byte

	workerStats
}

// workerStats are what the workers of one index have done and waited since the engine
// was started. The words are apart from those that the coordinator looks at after each
// job, so an add finds its line where it left it.
type workerStats struct {
	_ structs.HostLayout

	partitions atomic.Uint64 // of jobs, done
	tasks      atomic.Uint64 // done
	rows       atomic.Uint64 // of those partitions
	bytes      atomic.Uint64 // of columns in those rows, and of arguments and results of those tasks
	again      atomic.Uint64 // partitions and tasks begun that had been begun before, by a worker that died
	failed     atomic.Uint64 // partitions and tasks that ended in an error or a panic
	waits      atomic.Uint64 // times that there was nothing to do, for more than a moment
	parks      atomic.Uint64 // those that lasted longer than a worker spins
	spun       atomic.Uint64 // ns of waits, as long as a worker spins
	parked     atomic.Uint64 // ns of waits after that
	resting    atomic.Uint32 // not 0: in a wait
	_          [128 - 84]byte
}

// totals are the counts of the coordinator, who alone writes them.
type totals struct {
	_ structs.HostLayout

	jobs     atomic.Uint64
	retries  atomic.Uint64
	deaths   atomic.Uint64
	restarts atomic.Uint64
	copied   atomic.Uint64
	_        [128 - 40]byte
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
	whole      uint32 // the partition, +1, that these are parts of; 0: they are none
	parts      uint32
	argLen     uint32
	first      uint64 // the rows are [first, first+rows)
	rows       uint64
	size       uint64 // rows of a partition; the last one may be shorter
	partStride uint64 // bytes from one partial result to the next
	saveStride uint64 // bytes of saved columns for each worker; 0 when nothing is saved

	ledger   shmarena.Array[ledgerEntry]
	partials shmarena.Array[byte]
	saves    shmarena.Array[byte]
	_        [256 - 16 - 16 - 40 - 72]byte

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

// A taskBoard is where single tasks, and batches of them, go to workers and come
// back. Only the entry of a cell says whose it is; idle, news and hints are hints,
// which the coordinator makes anew when a worker has died.
type taskBoard struct {
	_ structs.HostLayout

	idle [maxWorkers / 64]atomic.Uint64 // set by its worker, cleared by whoever wakes it
	_    [128 - 32]byte

	newsWords atomic.Uint64 // a bit for each word of news that is not 0
	_         [128 - 8]byte
	news      [maxTasks / 64]atomic.Uint64
	_         [1024 - 256 - 512]byte

	hungry atomic.Uint32
	_      [128 - 4]byte

	watch [maxWorkers]watchWord
	hints [taskLevels]hintRing
	cells [maxTasks]taskCell
}

// A watchWord is written by its worker and read by the coordinator. While it names a
// cell the worker looks there before it does anything else, or sleeps: a task that is
// put there needs no other notice.
type watchWord struct {
	_ structs.HostLayout

	cell atomic.Uint32 // of the board, +1; 0 none
	_    [64 - 4]byte
}

// hintRing holds numbers of cells that may be pending. The coordinator writes
// slots and tail; workers step head.
type hintRing struct {
	_ structs.HostLayout

	head  atomic.Uint64
	_     [128 - 8]byte
	tail  atomic.Uint64
	_     [128 - 8]byte
	slots [hintSlots]atomic.Uint32
}

// taskCell is one task, or a batch of tasks of one function that one worker runs
// one after the other.
//
//	+------------------+ 0
//	| entry            |  whose it is: see entry; 0 is free
//	| cancel, tell     |  coordinator to worker
//	| what to run      |  written by the coordinator before the entry is pending
//	+------------------+ 32
//	| arguments        |  a record for each task: {length:8, bytes}, rounded up to 8
//	| results          |  a record for each task: {kind:4, length:4, bytes}, rounded up to 8
//	+------------------+ 432
//	| how it ended     |  written by the worker that the entry names, if there is more to say
//	| blocks           |  of what does not fit above
//	+------------------+ 512
//
// A task of a number that returns a number is one cache line in all.
//
// Arguments of more than inlineArgs bytes are in a block of the data arena, and so are
// results of more than is left, or of more than inlineRoom if the worker asked for it.
// Both blocks are the coordinator's: a worker owns no memory of the arena that it
// could leave behind.
type taskCell struct {
	_ structs.HostLayout

	entry  ledgerEntry
	cancel atomic.Uint32 // how the caller's context ended: 0, taskCanceled, taskTimedOut; a futex word
	tell   atomic.Uint32 // not 0: tell the coordinator when it is over
	fn     uint32        // index into the sorted registry
	args   uint32        // bytes of all arguments, and resultsApart
	count  uint16        // tasks
	first  uint16        // the one to begin with
	by     uint16        // hint: the worker that ran it last, +1
	_      uint16
	inline [inlineSize]byte

	deadline int64         // of the caller's context, in ns since 1970; 0 none
	want     atomic.Uint64 // bytes of room that the worker waits for, 0 none
	granted  atomic.Uint32 // the answer: roomAsked, roomGranted, roomDenied; a futex word
	used     uint32        // bytes of results to keep when there is more room
	records  uint32        // results that are there, when the worker has ended the cell before its end
	nanos    uint32        // that the worker took for a batch
	argBlock shmarena.Array[byte]
	resBlock shmarena.Array[byte]
}

// resultsApart is set in taskCell.args when the results are in resBlock, all of it.
const resultsApart = 1 << 31

// Values of taskCell.cancel and taskCell.granted.
const (
	taskCanceled = iota + 1
	taskTimedOut

	roomAsked   = 0
	roomGranted = 1
	roomDenied  = 2
)

// An exchange is the memory file by which one isolated call goes to its process and
// comes back; sparse. Only its head is mapped: no stray store hits anything of ours.
//
//	+------------------+ 0
//	| isolatedCall     |  the head, one page
//	+------------------+ 4 KiB
//	| result           |  written by the process before state is callDone: in front, since
//	|                  |  a limit of how far it may write into a file is one of its result
//	+------------------+ 2 GiB
//	| arguments        |  written by the coordinator before state is callGiven
//
// The step of state hands it over:
//
//	free ──coordinator──► given ──process──► begun ──process──► done
//	given, begun ──coordinator──► dead, when the process has ended
type isolatedCall struct {
	_ structs.HostLayout

	cell     taskCell      // fn, args, cancel and deadline of it: as for a task on the board
	state    atomic.Uint32 // a futex word
	kind     atomic.Uint32 // of the result: a record's kind
	size     atomic.Uint64 // bytes of the result
	dataFrom atomic.Uint64 // where the process has the data arena, if it has
	dataSize atomic.Uint64
	faultAt  atomic.Uint64         // address of a fault that Go has made a panic; 0 none
	told     atomic.Uint32         // bytes of the report
	report   [4096 - 512 - 44]byte // what was done about the limits, as JSON
}

// States of an isolatedCall, and where the parts are.
const (
	callFree = iota
	callGiven
	callBegun
	callDone
	callDead
	exchangeHead   = 4096
	exchangeResult = exchangeHead
	exchangeArgs   = 2 << 30
)
