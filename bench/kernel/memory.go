package kernel

import "errors"

// memory is what operands are made of: pages of its own, large ones where the kernel has
// some, as the C side has them.
type memory struct{ blocks [][]byte }

// room returns memory for n numbers, all zero; what is not touched takes none.
func (m *memory) room(n int) ([]byte, error) {
	b, err := newBlock(8 * n)
	if err == nil {
		m.blocks = append(m.blocks, b)
	}
	return b, err
}

// free gives all of it back.
func (m *memory) free() (err error) {
	for _, b := range m.blocks {
		err = errors.Join(err, freeBlock(b))
	}
	m.blocks = nil
	return err
}
