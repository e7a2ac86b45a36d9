package ringbuf

// The memory of a one-to-one ring, little-endian, 64-bit:
//
//	  0  magic        uint64   "ringspsc"                        immutable
//	  8  version      uint32   of this drawing                   immutable
//	 12  element      uint32   size of T in bytes                immutable
//	 16  type         uint64   layout hash of T                  immutable
//	 24  stride       uint64   bytes from slot to slot           immutable
//	 32  capacity     uint64   slots, a power of two             immutable
//	 40  checksum     uint64   of the five fields above          immutable
//	128  toProducer   uint32   bell of the producer: closed, poisoned, parked (the consumer sleeps on this word)
//	132  consumer     uint32   role: futex.ID of the process that pops, 0 = none
//	136  plainPop     uint32   1 = that process publishes head without a fence
//	256  head         uint64   index of the next message to pop
//	384  toConsumer   uint32   bell of the consumer: closed, poisoned, parked (the producer sleeps on this word)
//	388  producer     uint32   role: futex.ID of the process that pushes, 0 = none
//	392  plainPush    uint32   1 = that process publishes stamps without a fence
//	512  slot 0       stamp uint64, T, padding up to the stride
//	512 + stride      slot 1 ...
//
// Who writes and who reads:
//
//	word          written by                                    read by
//	toProducer    consumer (parks), producer (wakes), Close     producer at every push, consumer when it sleeps
//	toConsumer    producer (parks), consumer (wakes), Close     consumer at every pop, producer when it sleeps
//	head          consumer at every pop                         producer when its cached copy says "full", and now and then
//	stamp         producer at every push                        consumer at every pop
//	roles, plain  the process that claims the role              the other side before it sleeps, claimers
//
// So in the steady state the line at 128 is shared read-only by both, and so is the one at 384; the
// line at 256 stays with the consumer and is fetched by the producer once in 64 messages; the slots
// travel there and back: on amd64 a consumer that publishes without a fence stores the stamp once
// more, as it is, before head, so that the producer finds the line in one cache and not in two. All groups stand 128 bytes apart, because the processor fetches lines in pairs.
//
// There is no tail word. The stamps are the tail: message i lies in slot i mod capacity, whose
// stamp is i+1 when it is full and i+1-capacity, what the last lap left there, until then. Any
// other value is corruption. A stale slot of the last lap can thus never be taken as new, and an
// index that starts near 2^64 wraps without a special case. head is not a hint but the consumer's
// commit: a slot is free when head has passed it.
const (
	magic   = 0x63737073676e6972 // "ringspsc" as bytes
	version = 1

	offMagic    = 0
	offVersion  = offMagic + 8
	offElement  = offVersion + 4
	offType     = offElement + 4
	offStride   = offType + 8
	offCapacity = offStride + 8
	offChecksum = offCapacity + 8

	offToProducer = 128
	offConsumer   = offToProducer + 4
	offPlainPop   = offConsumer + 4

	offHead = offToProducer + 128

	offToConsumer = offHead + 128
	offProducer   = offToConsumer + 4
	offPlainPush  = offProducer + 4

	offSlots = offToConsumer + 128

	stampSize   = 8
	slotAlign   = 64
	maxCapacity = 1 << 30
	maxElement  = 1 << 30
)

// Bits of a bell. Every other bit is corruption.
const (
	closed   = 1 << 0 // no push succeeds any more; what is stored can still be popped
	poisoned = 1 << 1 // impossible values were seen: every call fails
	parked   = 1 << 2 // the other side sleeps on this word: clear it and wake

	bellBits = closed | poisoned | parked
)
