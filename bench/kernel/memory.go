package kernel

// hugePage is what a block's begin and size are multiples of.
const hugePage = 2 << 20

// page is what a vector's begin is a multiple of, within a block.
const page = 4 << 10

// The vectors of a block, in order: in C there are the same, and room for two where places
// is. They are as far from one another in each system, in turn at the same distances from
// the begin of a huge page, so that none of them is faster or slower because of where its
// operands lie.
const (
	slotX      = iota // of integers too
	slotY             // "
	slotDst           // "
	slotIdx           // of what sorts and gathers
	slotKeys          // "
	slotPlaces        // "
	slotRoom          // in C
	slots
)

// memory is what operands are made of: a block of its own, of large pages where the kernel
// has some, as the C side has it.
type memory struct {
	whole []byte // for who frees it
	block []byte
	each  int // bytes from one vector to the next
	first int // where in the block the vectors are, in vectors
}

// newMemory makes room for vectors of n numbers, all zero; what is not touched takes none.
func newMemory(n int) (m memory, err error) {
	m.each = roundUp(8*n, page)
	size := roundUp(slots*m.each, hugePage)
	if m.whole, err = newBlock(size + hugePage); err != nil {
		return memory{}, err
	}
	m.block = from(m.whole, hugePage)[:size]
	askHuge(m.block)
	return m, nil
}

// vector is one of the vectors.
func (m *memory) vector(slot, n int) []byte {
	return m.block[(m.first+slot)*m.each:][: 8*n : 8*n]
}

// turn goes to the next of the places that small vectors can have in a block, and reports
// whether it is another.
//
// At a fixed place one process in twelve took up to a sixth longer than others, for all of
// its life, and no longer as soon as the vectors lay elsewhere (decision 0046). So each
// window has a place of its own, and the median is that of most.
func (m *memory) turn() bool {
	before := m.first
	if m.first += slots; (m.first+slots)*m.each > len(m.block) {
		m.first = 0
	}
	return m.first != before
}

// free gives all of it back.
func (m *memory) free() error {
	whole := m.whole
	*m = memory{}
	return freeBlock(whole)
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
