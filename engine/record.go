package engine

import (
	"encoding/binary"
	"errors"
)

// Arguments and results lie one after the other, each behind a head of 8 bytes and
// rounded up to 8. A head is read once, and checked before its bytes are: whoever
// wrote it may be broken.

const recordHead = 8

// Kinds of results.
const (
	recordValue   = iota + 1
	recordError   // what the function returned, as errors.go writes it
	recordPanic   // the same, of its panic
	recordBad     // the argument could not be read
	recordNoSpace // the result did not find room
	recordUnable  // the result cannot be encoded: the text says why
)

// errRecord says that bytes in shared memory are no record.
var errRecord = errors.New("engine: corrupt record in shared memory")

// recordSize is what a record of n bytes takes.
func recordSize(n int) int { return recordHead + (n+7)&^7 }

// putRecord writes a head at the beginning of dst and returns the n bytes behind it.
func putRecord(dst []byte, kind uint32, n int) []byte {
	binary.LittleEndian.PutUint64(dst, uint64(n)<<32|uint64(kind))
	return dst[recordHead : recordHead+n]
}

// nextRecord returns the first record of src, and what comes after it.
func nextRecord(src []byte) (kind uint32, payload, rest []byte, err error) {
	if len(src) < recordHead {
		return 0, nil, nil, errRecord
	}
	head := binary.LittleEndian.Uint64(src)
	kind, n := uint32(head), int(head>>32)
	if n > len(src)-recordHead {
		return 0, nil, nil, errRecord
	}
	return kind, src[recordHead : recordHead+n], src[min(recordSize(n), len(src)):], nil
}
