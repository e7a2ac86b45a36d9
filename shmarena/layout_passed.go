package shmarena

// What is passed between processes beside arenas: the message that goes over a
// socket with a descriptor, and the file of a sealed array.
//
//	message (16 bytes)
//	   0  magic  "SHMARENA" or "SHMSEALD"
//	   8  id     uint32, of the arena, or 0
//	  12  zero
//
//	sealed array
//	   0  magic     "SHMSEALD"
//	   8  version   uint32
//	  12  platform  "le64"
//	  16  type      uint64, layout hash of the elements
//	  24  count     uint64, of elements
//	  32  bytes     uint64, of all elements
//	  40  zero
//	  60  checksum  uint32, CRC-32C of bytes 0 to 60
//	4096  elements
const (
	socketID   = len(magic)
	socketSize = 16

	sealedMagic    = "SHMSEALD"
	sealedVersion  = 1
	sealedVersAt   = len(sealedMagic)
	sealedPlatform = sealedVersAt + 4
	sealedType     = sealedPlatform + 4
	sealedCount    = sealedType + 8
	sealedBytes    = sealedCount + 8
	sealedZero     = sealedBytes + 8
	sealedChecksum = sealedZero + 20
	sealedHead     = sealedChecksum + 4
	sealedData     = 4096
)
