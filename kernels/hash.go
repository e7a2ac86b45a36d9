package kernels

// HashInt64 writes a hash of each key:
//
//	for i, v := range x { dst[i] = hash(v ^ seed) }
//
// where hash is the finaliser of MurmurHash3 (Appleby 2011): two products, each
// between two folds of the upper bits onto the lower. It is the same on every level
// and machine. Different keys have different hashes; each bit of a key changes about
// half the bits of the hash, so any of them may choose a bucket or a partition. It
// is no secret function: whoever knows the seed can make keys that collide in
// some of the bits.
//
// dst may be memory of x itself.
//
// Preconditions: len(dst) == len(x), and dst begins where x begins or shares no
// memory with it; else it panics before anything is written.
func HashInt64(dst []uint64, x []int64, seed uint64) {
	apart := writesTo(signed(dst), x)
	stream := streams(len(dst), apart)
	to := signed(dst)
	var p pace
	for len(to) > 0 {
		n := p.next(len(to), block2)
		hashBlock(to[:n], x[:n], seed, stream)
		to, x = to[n:], x[n:]
	}
}

func hashBlock(dst, x []int64, seed uint64, stream int) {
	switch active {
	case levelAVX512:
		hashAVX512(&dst[0], &x[0], seed, len(dst), stream)
	case levelAVX2:
		hashAVX2(&dst[0], &x[0], seed, len(dst), stream)
	default:
		hashGo(dst, x, seed)
	}
}

func hashGo(dst, x []int64, seed uint64) {
	for i, v := range x {
		dst[i] = int64(hashOne(v, seed))
	}
}

// hashOne is the hash of one key.
func hashOne(v int64, seed uint64) uint64 {
	h := uint64(v) ^ seed
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
