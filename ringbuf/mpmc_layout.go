package ringbuf

// The memory of a many-to-many ring, little-endian, 64-bit:
//
//	   0  magic        uint64   "ringmpmc"                        immutable
//	   8  version      uint32   of this drawing                   immutable
//	  12  element      uint32   size of T in bytes                immutable
//	  16  type         uint64   layout hash of T                  immutable
//	  24  stride       uint64   bytes from cell to cell           immutable
//	  32  capacity     uint64   cells, a power of two             immutable
//	  40  checksum     uint64   of the fields around it           immutable
//	  48  mode         uint32   Overflow                          immutable
//	 128  toSenders    uint32   bell of the senders: closed, poisoned, parked (receivers sleep on this word)
//	 256  toReceivers  uint32   bell of the receivers: poisoned, parked (senders sleep on this word)
//	 384  plainPush    uint32   1 = some sender publishes without a fence
//	 388  plainPop     uint32   1 = some receiver gives cells back without a fence
//	 392  strays       uint32   steps when values of dead receivers have become full again
//	 400  dropped      uint64   values overwritten, in the mode DropOldest
//	 512  tail         uint64   hint: no value before it is still to be claimed
//	 640  head         uint64   hint: no value before it is still to be taken, apart from strays
//	 768  senders      uint32   128 words: futex.ID of the process of each Sender, and whether it died
//	1280  receivers    uint32   128 words: the same of each Receiver
//	1792  cell 0       word uint64, T, padding up to the stride
//	1792 + stride      cell 1 ...
//
// The word of a cell is {lap:32, state:2, owner:30}. Value i lies in cell i mod capacity, in lap
// i / capacity:
//
//	EMPTY(lap)          may be claimed for the value of this lap
//	CLAIMED(lap, me)    a process of this id writes the value
//	FULL(lap)           the value may be taken
//	TAKEN(lap, me)      a process of this id reads the value
//
//	EMPTY(lap)  ── CAS ──► CLAIMED(lap, me)  ── store ──► FULL(lap)
//	FULL(lap)   ── CAS ──► TAKEN(lap, me)    ── store ──► EMPTY(lap+1)
//
// and, for whoever finds that X is dead or that the ring overflows:
//
//	CLAIMED(lap, X)  ── CAS ──► EMPTY(lap+1)         padding: there is no such value
//	TAKEN(lap, X)    ── CAS ──► FULL(lap)            a stray: it is delivered again
//	FULL(lap)        ── CAS ──► CLAIMED(lap+1, me)   DropOldest: the value is lost
//
// The owner stands in the word that the compare-and-swap claims, so there is no cell whose owner is
// not known. The two stores are stores because only the owner, who lives, may change its word.
//
// Which cell comes next is told by the words alone: the tail is the first value whose cell is
// EMPTY with its lap, since nobody claims a cell before the one in front of it. tail and head save
// the walk there. They are stored by whoever passes a multiple of 16, and may be behind.
//
// Laps are counted modulo 2^32. A process that is stopped between its look at a cell and its
// compare-and-swap, for exactly 2^32 laps, claims the cell of another lap.
const (
	mpmcMagic   = 0x636d706d676e6972 // "ringmpmc" as bytes
	mpmcVersion = 1

	offToSenders   = 128
	offToReceivers = offToSenders + 128

	offManyPlainPush = offToReceivers + 128
	offManyPlainPop  = offManyPlainPush + 4
	offStrays        = offManyPlainPop + 4
	offDropped       = offStrays + 8

	offManyTail = offManyPlainPush + 128
	offManyHead = offManyTail + 128

	offSenders   = offManyHead + 128
	offReceivers = offSenders + 4*seats
	offCells     = offReceivers + 4*seats

	// seats is how many Senders, and how many Receivers, a ring may have at a time.
	seats = 128
)

// mpmcKind is what the drawing fixes.
var mpmcKind = kind{magic: mpmcMagic, version: mpmcVersion, cells: offCells, least: 1}

// Parts of a cell's word.
const (
	cellEmpty   = 0 << 30
	cellClaimed = 1 << 30
	cellFull    = 2 << 30
	cellTaken   = cellFull | cellClaimed
	stateMask   = 3 << 30
	ownerMask   = 1<<30 - 1
	lapUnit     = 1 << 32
	hintEvery   = 16 // values between two stores of a hint
)

// departed marks a seat whose process died in it; what it left in the cells was repaired.
const departed = 1 << 30
