package ringbuf

// The memory of a ring of byte records, little-endian, 64-bit:
//
//	  0  magic        uint64   "ringbyte"                        immutable
//	  8  version      uint32   of this drawing                   immutable
//	 12  producers    uint32   1 = one at a time, 2 = many       immutable
//	 16  size         uint64   bytes of data, a power of two     immutable
//	 24  checksum     uint64   of the three fields above         immutable
//	128  toProducer   uint32   bell of the producers: closed, poisoned, parked (the consumer sleeps on this word)
//	132  consumer     uint32   role: futex.ID of the process that reads, 0 = none
//	136  plainPop     uint32   1 = that process publishes head without a fence
//	140  flush        uint32   1 = Flush was called and the consumer has not noticed yet
//	256  head         uint64   position of the first record that was not given back
//	384  toConsumer   uint32   bell of the consumer: closed, poisoned, parked (producers sleep on this word)
//	388  producer     uint32   one: role, futex.ID of the process that writes; many: 0
//	392  plainPush    uint32   1 = some producer publishes without a fence
//	396  mutex        uint32   many: futex.Mutex around "write a header at tail, then move tail"; one: 0
//	512  tail         uint64   position behind the last record
//	520  apart        uint32   1 = a producer found that its CPU shares no cache with the consumer's
//	640  data         size bytes
//
// A position counts bytes from the beginning of time and is a multiple of 8; it lies at data +
// position mod size. head <= tail <= head + size. Between the two stand records, one after the
// other, each of one piece:
//
//	+0  length     int32    header and payload; negative: claimed, not committed yet
//	+4  mark       uint32   claimed: futex.ID of the process that fills it; else 0 = data,
//	                        1<<30 = data that the next record continues, 1<<31 = padding
//	+8  payload    length-8 bytes, then up to 7 unused ones up to the next multiple of 8
//
// A record that does not fit in front of the end of the data is preceded by padding up to there.
//
// Who writes and who reads:
//
//	word          written by                                    read by
//	toProducer    consumer (parks), producers (wake), Close     producers at every push, consumer when it sleeps
//	toConsumer    producers (park), consumer (wakes), Close     consumer at every record, producers when they sleep
//	flush         Flush, consumer (clears)                      consumer when it finds nothing
//	head          consumer when it gives records back           a producer when its cached copy says "full"
//	tail          producer at every claim                       consumer when it has read what it knew of
//	apart         a producer of long records                    consumer with tail, producers
//	header        producer: claim, commit; consumer: of the dead  consumer
//
// Nothing from tail on is ever looked at, so what records of the last lap have left there, headers
// or payload that looks like one, cannot be taken for a record, and consumed bytes need not be
// cleared. The header is one 64-bit word: whoever claims is named by the same store that claims.
const (
	bytesMagic   = 0x65747962676e6972 // "ringbyte" as bytes
	bytesVersion = 2

	offBytesProducers = offVersion + 4
	offBytesSize      = offBytesProducers + 4
	offBytesChecksum  = offBytesSize + 8

	offFlush      = offPlainPop + 4
	offBytesMutex = offPlainPush + 4
	offBytesTail  = offToConsumer + 128
	offApart      = offBytesTail + 8
	offData       = offBytesTail + 128

	headerSize = 8
	minData    = 64
	maxData    = 1 << 30
)

// Marks of a record that is not claimed.
const (
	markMore    = 1 << 30 // the next record goes on with the message
	markPadding = 1 << 31 // nothing
)

// record is a header: what one load of it says.
type record uint64

func claimed(n uint64, owner uint32) record { return record(owner)<<32 | record(uint32(-int32(n))) }
func stored(n uint64, mark uint32) record   { return record(mark)<<32 | record(uint32(n)) }

// length is negative for a claimed record, and counts the header.
func (r record) length() int64 { return int64(int32(r)) }
func (r record) mark() uint32  { return uint32(r >> 32) }

// round8 is what a record of length n takes.
func round8(n uint64) uint64 { return (n + 7) &^ 7 }
