package kernels

// bucketsOf writes the numbers of the buckets in which keys begin to be looked
// for, of n.
func bucketsOf(dst, keys []int64, seed, n uint64) {
	switch active {
	case levelAVX512:
		bucketsOfAVX512(&dst[0], keys, seed, n)
	case levelAVX2:
		bucketsOfAVX2(&dst[0], keys, seed, n)
	default:
		bucketsOfGo(dst, keys, seed, n)
	}
}

func bucketsOfGo(dst, keys []int64, seed, n uint64) {
	for i, k := range keys {
		dst[i] = int64(hashOne(k, seed) >> 32 * n >> 32)
	}
}

// encodeBlock encodes at most a block of keys, given their buckets, and returns
// how many it did and how many keys the table has then.
func (t Table) encodeBlock(codes []uint32, keys []int64, places *keyBuckets, used int) (done, count int) {
	switch active {
	case levelAVX512:
		return encodeAVX512(&codes[0], keys, &places[0], t.buckets, &t.keys[0], used, len(t.keys))
	case levelAVX2:
		return encodeAVX2(&codes[0], keys, &places[0], t.buckets, &t.keys[0], used, len(t.keys))
	default:
		return encodeGo(codes, keys, places[:len(keys)], t.buckets, t.keys, used)
	}
}

func (t Table) findBlock(codes []uint32, keys []int64, places *keyBuckets, seed uint64) int {
	bucketsOf(places[:len(keys)], keys, seed, t.size())
	switch active {
	case levelAVX512:
		return findAVX512(&codes[0], keys, &places[0], t.buckets)
	case levelAVX2:
		return findAVX2(&codes[0], keys, &places[0], t.buckets)
	default:
		return findGo(codes, keys, places[:len(keys)], t.buckets)
	}
}

func encodeGo(codes []uint32, keys, places []int64, buckets []uint64, dense []int64, used int) (done, count int) {
	for i, k := range keys {
		b, slot, found := probeGo(buckets, places[i], k, true)
		if b == nil || !found && used == len(dense) {
			return i, used
		}
		if !found {
			b.set(slot, k, uint32(used))
			dense[used] = k
			used++
		}
		codes[i] = b.code(slot)
	}
	return len(keys), used
}

func findGo(codes []uint32, keys, places []int64, buckets []uint64) int {
	n := 0
	for i, k := range keys {
		codes[i] = NoCode
		if b, slot, found := probeGo(buckets, places[i], k, false); found {
			codes[i] = b.code(slot)
			n++
		}
	}
	return n
}

// bucket is one, as tablelayout.go draws it.
type bucket [bucketWords]uint64

// probeGo returns the slot in which a key is, or the free one where it would
// be, and its bucket. That is nil if all buckets where it may be are full, or if
// none is to be added and one is full that none has passed yet.
func probeGo(buckets []uint64, place, key int64, add bool) (b *bucket, slot int, found bool) {
	at := int(place) * bucketWords
	for range mostTries {
		b = (*bucket)(buckets[at:])
		n := b.count()
		for slot := range min(n, bucketSlots) {
			if b[slot] == uint64(key) {
				return b, slot, true
			}
		}
		if n < bucketSlots {
			return b, n, false
		}
		if n == bucketSlots {
			if !add {
				return nil, 0, false
			}
			b.setCount(bucketPassed)
		}
		if at += bucketWords; at == len(buckets) {
			at = 0
		}
	}
	return nil, 0, false
}

// count returns how many slots are filled, or bucketPassed; never more than
// that, whatever memory holds.
func (b *bucket) count() int { return int(min(b[bucketCount]>>32, bucketPassed)) }

func (b *bucket) setCount(n int) { b[bucketCount] = b[bucketCount]&0xffffffff | uint64(n)<<32 }

func (b *bucket) code(slot int) uint32 { return uint32(b[bucketCodes+slot/2] >> (slot % 2 * 32)) }

// set fills the first free slot.
func (b *bucket) set(slot int, key int64, code uint32) {
	b[slot] = uint64(key)
	shift := slot % 2 * 32
	w := &b[bucketCodes+slot/2]
	*w = *w&^(0xffffffff<<shift) | uint64(code)<<shift
	b.setCount(slot + 1)
}
