package ringbuf

// The memory of a broadcast, little-endian, 64-bit:
//
//	   0  magic          uint64   "ringcast"                      immutable
//	   8  version        uint32   of this drawing                 immutable
//	  12  element        uint32   size of T in bytes              immutable
//	  16  type           uint64   layout hash of T                immutable
//	  24  stride         uint64   bytes from cell to cell         immutable
//	  32  capacity       uint64   cells, a power of two           immutable
//	  40  checksum       uint64   of the fields around it         immutable
//	  48  mode           uint32   Overflow                        immutable
//	 128  toPublisher    uint32   bell of the publisher: closed, poisoned, parked (subscribers sleep on this word), joined
//	 132  publisher      uint32   role: futex.ID of the process that publishes, 0 = none
//	 256  toSubscribers  uint32   bell of the subscribers: closed, poisoned, parked (the publisher sleeps on this word)
//	 260  plainPublish   uint32   1 = the publisher publishes without a fence
//	 264  plainRead      uint32   1 = some subscriber moves its cursor without a fence
//	 384  tail           uint64   the next value to be published
//	 392  reserved       uint64   the value after those that are being written; tail if none is
//	 400  floor          uint64   no value before it can be read
//	 512  subscriber 0   entry uint32, padding, cursor uint64     mode Block
//	 640  subscriber 1   ...                                      64 of them, 128 bytes apart
//	8704  cell 0         stamp uint64, T, padding up to the stride
//	8704 + stride        cell 1 ...
//
// Value i lies in cell i mod capacity. The stamp of the cell is i+1 when it is there, and i while it
// is being written. No other value of this cell has one of the two, since there are two cells at
// least. Any other stamp is corruption.
//
//	word          written by                                     read by
//	toPublisher   subscribers (park, join), publisher, Close     publisher at every value
//	toSubscribers publisher (parks), subscribers (wake), Close   subscribers at every value
//	tail          publisher at every value or batch              subscribers that join or were lapped
//	reserved      publisher before it touches a cell             subscribers that join
//	stamp, T      publisher                                      subscribers: stamp, T, stamp again
//	entry         subscriber that joins or leaves, publisher (dead: 0)
//	cursor        its subscriber at every value                  publisher, when it has used up what it knows of
//
// The value moves as words, by loads and stores that tear no word, because in the mode DropOldest it
// may be overwritten while it is read. The stamp is stored before the first of them (writing) and
// after the last, and is read before the first and after the last: if it is i+1 both times the value
// is whole.
const (
	castMagic   = 0x74736163676e6972 // "ringcast" as bytes
	castVersion = 1

	offToPublisher = 128
	offPublisher   = offToPublisher + 4

	offToSubscribers = offToPublisher + 128
	offPlainPublish  = offToSubscribers + 4
	offPlainRead     = offPlainPublish + 4

	offCastTail = offToSubscribers + 128
	offReserved = offCastTail + 8
	offFloor    = offReserved + 8

	offSubscribers   = offCastTail + 128
	subscriberStride = 128
	offCursor        = 8 // within a subscriber

	// maxSubscribers is how many reliable subscribers there may be at a time.
	maxSubscribers = 64

	offCastCells = offSubscribers + maxSubscribers*subscriberStride
)

// castKind is what the drawing fixes.
var castKind = kind{magic: castMagic, version: castVersion, cells: offCastCells, least: 2}

// joined is a bit of toPublisher, above those of every bell and below the count: a subscriber has
// come, look at the cursors before the next value.
const joined = 1 << 3

// gating is a bit of a subscriber's entry: its cursor holds, the publisher waits for it.
const gating = 1 << 30
