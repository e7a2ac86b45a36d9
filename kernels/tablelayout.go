package kernels

import (
	"errors"
	"fmt"
	"math"
)

// A [Table] lies in words of 8 bytes that the caller has, little-endian; there is
// no pointer in it, and where its parts lie follows from the number of words
// alone. Memory of zeros is an empty table with the seed 0.
//
//	words
//	0            the number of keys, at most 2^32-2
//	1            the seed of the hash
//	2 .. 7       zero
//	8 ..         buckets of 8 words, one for 3 keys and one more
//	behind them  the keys in the order of their codes, 8 bytes each
//
// A bucket is a cache line, and has room for 5 keys. They are filled from the
// front and never emptied, so what is not in a bucket with a free slot is in none
// behind it either; nor is what is not in a full one, unless a key had to pass it.
//
//	bytes
//	 0 .. 39   5 keys
//	40 .. 59   5 codes of 4 bytes
//	60 .. 63   how many of them are filled; 6 if 5 are and a key went past
//
// The bucket of a key is that of the upper 32 bits of its hash times the number
// of buckets, divided by 2^32; if it is full, the next one, and the first after the
// last.
const (
	tableCount   = 0
	tableSeed    = 1
	tableHead    = 8
	bucketWords  = 8
	bucketSlots  = 5
	bucketPassed = bucketSlots + 1
	bucketCodes  = 5 // where the codes begin
	bucketCount  = 7 // whose upper half is the count
	keysABucket  = 3 // of a full table, on average
	fewestKeys   = keysABucket
	mostKeys     = math.MaxUint32 - 3 // divisible by 3
	mostTries    = 64                 // buckets in which a key may be
	wordsABucket = bucketWords + keysABucket
)

// NoCode is the code of a key that is in no table.
const NoCode = math.MaxUint32

// What keys that do not go into a table lead to.
var (
	ErrFull    = errors.New("table is full")
	ErrCrowded = errors.New("too many keys in one place")
)

// TableWords returns how many words a table for n different keys takes: some
// 29 bytes a key. It panics if n is negative or more than codes can tell apart.
func TableWords(n int) int {
	if n < 0 || uint64(n) > mostKeys {
		panic("kernels: no table has so many keys")
	}
	full := max(n+keysABucket-1, fewestKeys) / keysABucket
	return tableHead + bucketWords + full*wordsABucket
}

// TableOn returns the table in some memory, which is empty if the memory is all
// zeros. The memory stays the caller's; begin it at a multiple of 64 bytes, else a
// bucket takes two cache lines. All words but those left over are used: one more
// key or word is another table.
//
// It returns [ErrShort] if there is not even room for three keys, and an error
// if the number of keys in the memory cannot be.
func TableOn(memory []uint64) (Table, error) {
	if need := TableWords(fewestKeys); len(memory) < need {
		return Table{}, fmt.Errorf("kernels: table in %d words: needs %d: %w", len(memory), need, ErrShort)
	}
	full := (len(memory) - tableHead - bucketWords) / wordsABucket
	if uint64(full) > mostKeys/keysABucket {
		full = mostKeys / keysABucket
	}
	keys := tableHead + bucketWords*(full+1)
	t := Table{
		head:    memory[:tableHead:tableHead],
		buckets: memory[tableHead:keys:keys],
		keys:    signed(memory[keys : keys+keysABucket*full : keys+keysABucket*full]),
	}
	if n := t.head[tableCount]; n > uint64(len(t.keys)) {
		return Table{}, fmt.Errorf("kernels: table for %d keys in %d words says it has %d: not a table", len(t.keys), len(memory), n)
	}
	return t, nil
}
