package kernels

import "fmt"

// Table gives codes to keys: the first one gets 0, the next that differs from
// it 1, and so on in the order of their first appearance. What groups by small
// codes ([GroupedSumInt64], [GroupedMoments]) so groups by any integers.
//
// The table lies in memory of the caller, which may be shared: see [TableOn] and
// [TableWords]. A Table is a plain value that names that memory; copies name the
// same table. One call at a time may write to it, and any number read it when none
// writes. It never grows by itself: make another one, and [Table.Fill] it.
//
// Parts of a column can be coded apart. The codes of the whole are those that
// its parts' keys get, part by part in order, in a table of their own:
//
//	first, _ := whole.Encode(recode, part.Keys())
//
// after which recode[c] is the code in the whole of what had code c in the part
// ([Recode]). They are the same for any way to cut the column into parts.
//
// Keys with the same hash bits lie in one bucket or behind it, up to 64 buckets
// away. What would have to lie further leads to [ErrCrowded], so the time a key takes
// has a bound whatever the keys are: 64 cache lines in a row. With a seed that
// whoever chooses the keys does not know, that happens by bad luck only: less than
// once in 10^6 tables of 2^32 keys, were the hash a random function.
//
// Foreign bytes in the memory (a peer's, or what a process that was killed in
// Encode has left) cost the result, and nothing outside of the memory: codes may
// then be any number. Reset makes a good table of it.
type Table struct {
	head, buckets []uint64
	keys          []int64
}

// Reset empties the table, and makes it hash by a seed. It writes all of the
// buckets.
func (t Table) Reset(seed uint64) {
	t.head[tableCount] = 0
	clearBlocks(t.buckets)
	clear(t.head)
	t.head[tableSeed] = seed
}

// clearBlocks clears x with safepoints: all at once cannot be preempted.
func clearBlocks[T uint32 | uint64](x []T) {
	var p pace
	for at := 0; at < len(x); at += block1 {
		p.spend(block1, lookElems)
		clear(x[at:min(at+block1, len(x))])
	}
}

// Len returns how many keys there are.
func (t Table) Len() int { return int(min(t.head[tableCount], uint64(len(t.keys)))) }

// Cap returns how many there can be.
func (t Table) Cap() int { return len(t.keys) }

// Seed returns what the table hashes by.
func (t Table) Seed() uint64 { return t.head[tableSeed] }

// Keys returns the keys in the order of their codes. It is the table's own
// memory, to read.
func (t Table) Keys() []int64 { n := t.Len(); return t.keys[:n:n] }

// blockKeys is how many keys are hashed, and then looked for, at a time.
const (
	blockKeys   = 512
	bucketAhead = 32 // assembly reads so many places beyond them
)

// keyBuckets are the buckets of a block of keys.
type keyBuckets [blockKeys + bucketAhead]int64

// Encode writes the code of each key, and gives a new one to each key that is
// not in the table:
//
//	for i, k := range keys {
//		if _, ok := code[k]; !ok { code[k] = len(code) }
//		codes[i] = code[k]
//	}
//
// and returns how many keys it did. If these are not all, the error says why the
// next one could not be: [ErrFull] if it is new and the table has as many keys as
// it can, [ErrCrowded] if there are too many with the same hash bits. Those before it are
// in the table and have their codes, so one can go on from there with a table that
// was filled from this one, larger or with another seed.
//
// Preconditions; else it panics before anything is written:
//   - len(codes) == len(keys);
//   - codes shares no memory with keys, and neither with the table (but keys may
//     be those of the table).
func (t Table) Encode(codes []uint32, keys []int64) (int, error) {
	t.check(codes, keys)
	if overlap(t.buckets, keys) || overlap(t.head, keys) {
		panic("kernels: slices overlap")
	}
	n, err := t.encode(codes, keys)
	if err != nil {
		err = fmt.Errorf("kernels: encode %d keys: %w", len(keys), err)
	}
	return n, err
}

func (t Table) encode(codes []uint32, keys []int64) (int, error) {
	var places keyBuckets
	seed, used := t.head[tableSeed], t.Len()
	var p pace
	for at := 0; at < len(keys); at += blockKeys {
		p.spend(blockKeys, lookElems)
		block := keys[at:min(at+blockKeys, len(keys))]
		bucketsOf(places[:len(block)], block, seed, t.size())
		done, now := t.encodeBlock(codes[at:at+len(block)], block, &places, used)
		used = now
		t.head[tableCount] = uint64(used)
		if done < len(block) {
			return at + done, t.refusal(at+done, block[done], used)
		}
	}
	return len(keys), nil
}

// size is the number of buckets.
func (t Table) size() uint64 { return uint64(len(t.buckets) / bucketWords) }

func (t Table) check(codes []uint32, keys []int64) {
	sameLength(len(codes), len(keys))
	if overlapCodes(codes, keys) || overlapCodes(codes, t.keys) || overlapCodes(codes, signed(t.buckets)) || overlapCodes(codes, signed(t.head)) {
		panic("kernels: slices overlap")
	}
}

// refusal says why key number i was not taken.
func (t Table) refusal(i int, key int64, used int) error {
	if used < len(t.keys) {
		return fmt.Errorf("key %d is %d, and the %d buckets where it may be are full; take another seed: %w", i, key, mostTries, ErrCrowded)
	}
	return fmt.Errorf("key %d is new, there is room for %d; fill a larger one from it: %w", i, len(t.keys), ErrFull)
}

// Find writes the code of each key, and [NoCode] for those that are not in the
// table, and returns how many are. Preconditions are as for [Table.Encode].
func (t Table) Find(codes []uint32, keys []int64) int {
	t.check(codes, keys)
	var places keyBuckets
	seed, found := t.head[tableSeed], 0
	var p pace
	for len(keys) > 0 {
		n := p.next(len(keys), blockKeys)
		found += t.findBlock(codes[:n], keys[:n], &places, seed)
		codes, keys = codes[n:], keys[n:]
	}
	return found
}

// Fill puts the keys of another table into this one, which must be empty: each
// gets the code that it has there. Errors are as for [Table.Encode]; then the
// table holds some of the keys.
//
// Preconditions: the table is empty, and shares no memory with the other; else
// it panics.
func (t Table) Fill(from Table) error {
	if t.Len() != 0 {
		panic("kernels: the table to fill is not empty")
	}
	if overlap(t.head, from.head) || overlap(t.buckets, from.keys) {
		panic("kernels: slices overlap")
	}
	var codes [blockKeys]uint32
	for keys := from.Keys(); len(keys) > 0; {
		n := min(len(keys), blockKeys)
		if _, err := t.encode(codes[:n], keys[:n]); err != nil {
			return fmt.Errorf("kernels: fill a table for %d keys from one of %d: %w", t.Cap(), from.Len(), err)
		}
		keys = keys[n:]
	}
	return nil
}
