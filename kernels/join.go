package kernels

import "fmt"

// Join finds, for each key of one column, the rows of another in which it
// stands. The other one, the smaller of the two, is built into memory of the
// caller, which may be shared ([JoinWords], [JoinOn], [Join.Build]); then any
// number of readers ask for pairs at once, in pieces of any size ([Join.Pairs]).
//
// A Join is a plain value that names its memory, as a [Table] is, and all that is
// said there of memory, seeds, hostile keys and hostile bytes holds here too. What a
// peer writes into the memory can make row numbers any number: take the rows by
// [Take], which checks them.
//
// A null belongs into neither column: it joins nothing. For float64 see
// [FloatKeys].
type Join struct {
	table Table
	ends  []uint32 // element c+1 is where the rows of the key with code c end
	rows  []uint32 // by codes; the rows of a key are in order
}

// A join lies behind its table, for as many rows as the table has room for keys:
//
//	uint32
//	0 ..         one more than rows: 0, and where the rows of each key end
//	behind them  the rows, by the codes of their keys
//
// Both are there only if there are fewer keys than rows; else the code of a key
// is its row.
const (
	joinRows     = 2 // the word of the table's head that has the number of rows
	wordsAJoined = wordsABucket + keysABucket
	joinHead     = tableHead + bucketWords + 1
)

// JoinWords returns how many words of memory a join of n rows takes: some 37
// bytes a row. It panics as [TableWords] does.
func JoinWords(n int) int {
	full := (TableWords(n) - tableHead - bucketWords) / wordsABucket
	return joinHead + full*wordsAJoined
}

// JoinOn returns the join in some memory: none of no rows if that is all zeros.
// Errors are as for [TableOn].
func JoinOn(memory []uint64) (Join, error) {
	if need := JoinWords(fewestKeys); len(memory) < need {
		return Join{}, fmt.Errorf("kernels: join in %d words: needs %d: %w", len(memory), need, ErrShort)
	}
	full := (len(memory) - joinHead) / wordsAJoined
	if uint64(full) > mostKeys/keysABucket {
		full = mostKeys / keysABucket
	}
	n := keysABucket * full
	at := TableWords(n)
	table, err := TableOn(memory[:at:at])
	if err != nil {
		return Join{}, err
	}
	if rows := table.head[joinRows]; rows > uint64(n) {
		return Join{}, fmt.Errorf("kernels: join for %d rows in %d words says it has %d: not a join", n, len(memory), rows)
	}
	behind := narrow(memory[at:])
	return Join{table: table, ends: behind[: n+1 : n+1], rows: behind[n+1 : 2*n+1 : 2*n+1]}, nil
}

// Rows returns how many rows were built.
func (j Join) Rows() int { return int(min(j.table.head[joinRows], uint64(len(j.rows)))) }

// Cap returns for how many there is room.
func (j Join) Cap() int { return len(j.rows) }

// Table returns the table of the different keys. It is to be read only.
func (j Join) Table() Table { return j.table }

// Build forgets what is there, and puts a column of keys into the memory. codes
// is scratch memory; afterwards it has the codes of the keys in the table.
//
// It returns [ErrFull], with nothing written, if there is no room for so many
// rows, and [ErrCrowded] if there are too many keys with the same hash bits; then
// the join is one of no rows, and another seed will do.
//
// Preconditions: len(codes) == len(keys), and no memory is shared; else it
// panics.
func (j Join) Build(codes []uint32, keys []int64, seed uint64) error {
	j.table.check(codes, keys)
	if j.shares(keys) || overlapNarrow(codes, j.ends) || overlapNarrow(codes, j.rows) {
		panic("kernels: slices overlap")
	}
	if len(keys) > len(j.rows) {
		return fmt.Errorf("kernels: build a join of %d rows: there is room for %d: %w", len(keys), len(j.rows), ErrFull)
	}
	j.table.Reset(seed)
	_, err := j.table.encode(codes, keys)
	if err == nil && j.table.Len() < len(keys) {
		err = j.order(codes, j.table.Len())
	}
	if err != nil {
		j.table.Reset(seed)
		return fmt.Errorf("kernels: build a join of %d rows: %w", len(keys), err)
	}
	j.table.head[joinRows] = uint64(len(keys))
	return nil
}

// shares reports whether keys lie in the memory of the join.
func (j Join) shares(keys []int64) bool {
	return overlap(j.table.buckets, keys) || overlap(j.table.head, keys) || overlap(j.table.keys, keys) ||
		overlapCodes(j.ends, keys) || overlapCodes(j.rows, keys)
}

// order writes the rows by n codes, by a counting sort. It indexes by what it
// reads from memory, and so looks at it each time.
func (j Join) order(codes []uint32, n int) error {
	ends := j.ends[:n+1]
	clearBlocks(ends)
	for _, c := range codes {
		if int(c) >= n {
			return errForeign
		}
		ends[c+1]++
	}
	sum := uint32(0)
	for i := 1; i < len(ends); i++ {
		sum, ends[i] = sum+ends[i], sum
	}
	for i, c := range codes {
		if int(c) >= n {
			return errForeign
		}
		at := ends[c+1]
		if int(at) >= len(j.rows) {
			return errForeign
		}
		j.rows[at] = uint32(i)
		ends[c+1] = at + 1
	}
	return nil
}

// errForeign is what somebody else's writes lead to.
var errForeign = fmt.Errorf("codes were changed meanwhile: %w", ErrCode)

// ranges are where the rows of some keys begin and end.
type ranges struct{ from, to [128]uint32 }

// find sets the ranges of some codes: empty ones if memory says what cannot be.
// One after the other would wait for memory twice a key; so all ends are read, and
// then the first row of each. It returns something of what it read, or else it would
// not be read.
func (r *ranges) find(j Join, codes []uint32) (read uint32) {
	for i, c := range codes {
		r.from[i], r.to[i] = 0, 0
		if int(c) < len(j.ends)-1 {
			r.from[i], r.to[i] = j.ends[c], j.ends[c+1]
		}
	}
	for i := range codes {
		from, to := r.from[i], r.to[i]
		if from >= to || int(to) > len(j.rows) {
			r.from[i], r.to[i] = 0, 0
			continue
		}
		read ^= j.rows[from]
	}
	return read
}
