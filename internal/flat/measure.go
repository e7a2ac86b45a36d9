package flat

import "strconv"

// measure goes through a value as encoder does, and counts.
type measure struct {
	trail
	pos   int
	depth int
}

func (m *measure) value(n *node, p pointer) bool {
	switch n.kind {
	case plain:
		return m.add(n.align, n.size)
	case text:
		return m.add(lengthSize, lengthSize+len(*textAt(p)))
	case list:
		return m.list(n, sliceAt(p))
	case array:
		return m.elements(n.elem, p, n.count)
	case record:
		for i := range n.steps {
			if f := &n.steps[i]; !m.value(f.node, offset(p, f.at)) {
				return m.in(f.name)
			}
		}
		return true
	}
	return m.hooked(n, p)
}

// add counts n bytes at a multiple of align.
func (m *measure) add(align, n int) bool {
	m.pos = roundUp(m.pos, align) + n
	if m.pos > MaxSize {
		return m.fail("it has more than %d bytes: %w", MaxSize, ErrValue)
	}
	return true
}

func (m *measure) list(n *node, s *slice) bool {
	if !m.add(lengthSize, lengthSize) {
		return false
	}
	if n.elem.kind == plain {
		return m.add(n.elem.align, s.len*n.elem.size)
	}
	if m.depth == MaxDepth && s.len > 0 {
		return m.fail("slices are nested deeper than %d, or one holds itself: %w", MaxDepth, ErrValue)
	}
	m.depth++
	ok := m.elements(n.elem, s.data, s.len)
	m.depth--
	return ok
}

func (m *measure) elements(elem *node, p pointer, count int) bool {
	for i := range count {
		if !m.value(elem, offset(p, i*elem.size)) {
			return m.in("[" + strconv.Itoa(i) + "]")
		}
	}
	return true
}

func (m *measure) hooked(n *node, p pointer) bool {
	size, err := n.hook.size(p)
	if err != nil {
		return m.fail("%w: %w", ErrValue, err)
	}
	return m.add(lengthSize, lengthSize+size)
}
