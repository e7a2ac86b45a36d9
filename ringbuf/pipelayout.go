package ringbuf

// The memory of a pipe, little-endian, 64-bit:
//
//	 0  magic     uint64   "ringpipe"                      immutable
//	 8  version   uint32   of this drawing                 immutable
//	12  ways      uint32   1 = from side 0 to side 1, 2    immutable
//	64  ring      from side 0 to side 1: see byteslayout.go
//	    ring      from side 1 to side 0, where that one ends, if there are two
//
// A message is one record, or several of which all but the last are marked "goes on" (1<<30).
const (
	pipeMagic   = 0x65706970676e6972 // "ringpipe" as bytes
	pipeVersion = 1

	offPipeWays  = offVersion + 4
	offPipeRings = 64
)
