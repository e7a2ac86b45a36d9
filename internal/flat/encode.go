package flat

import "encoding/binary"

const (
	tooSmall = "flat: dst is smaller than Size of the value"
	changed  = "flat: the value has changed since Size, or its methods do not agree"
)

// encoder writes a value. It never reads dst, which others may be writing to.
type encoder struct {
	dst []byte
	pos int
}

func (e *encoder) value(n *node, p pointer) {
	switch n.kind {
	case plain:
		copy(e.room(n.align, n.size), memory(p, n.size))
	case text:
		s := *textAt(p)
		e.length(uint64(len(s)))
		copy(e.room(1, len(s)), s)
	case list:
		e.list(n, sliceAt(p))
	case array:
		e.elements(n.elem, p, n.count)
	case record:
		for i := range n.steps {
			f := &n.steps[i]
			e.value(f.node, offset(p, f.at))
		}
	default:
		e.hooked(n, p)
	}
}

// room is the next n bytes at a multiple of align, what is before them zeroed.
func (e *encoder) room(align, n int) []byte {
	at := roundUp(e.pos, align)
	if n > len(e.dst)-at {
		panic(tooSmall)
	}
	clear(e.dst[e.pos:at])
	e.pos = at + n
	return e.dst[at:e.pos:e.pos]
}

func (e *encoder) length(n uint64) {
	binary.LittleEndian.PutUint64(e.room(lengthSize, lengthSize), n)
}

func (e *encoder) list(n *node, s *slice) {
	switch {
	case s.data == nil:
		e.length(0)
	case n.elem.kind == plain:
		e.length(uint64(s.len) + 1)
		copy(e.room(n.elem.align, s.len*n.elem.size), memory(s.data, s.len*n.elem.size))
	default:
		e.length(uint64(s.len) + 1)
		e.elements(n.elem, s.data, s.len)
	}
}

func (e *encoder) elements(elem *node, p pointer, count int) {
	for i := range count {
		e.value(elem, offset(p, i*elem.size))
	}
}

// hooked writes the length when it is known.
func (e *encoder) hooked(n *node, p pointer) {
	length := e.room(lengthSize, lengthSize)
	size := n.hook.encode(e.dst[e.pos:], p)
	if size < 0 || size > len(e.dst)-e.pos {
		panic(changed)
	}
	binary.LittleEndian.PutUint64(length, uint64(size))
	e.pos += size
}
