package flat

import (
	"encoding/binary"
	"slices"
	"strconv"
)

// decoder reads a value. Others may be writing to src: each part of it is copied once, and only the
// copy is looked at.
type decoder struct {
	trail
	src   []byte
	pos   int
	depth int
}

func (d *decoder) value(n *node, p pointer) bool {
	switch n.kind {
	case plain:
		return d.plain(n, memory(p, n.size))
	case text:
		return d.text(p)
	case list:
		return d.list(n, p)
	case array:
		return d.elements(n.elem, p, n.count)
	case record:
		for i := range n.steps {
			if f := &n.steps[i]; !d.value(f.node, offset(p, f.at)) {
				return d.in(f.name)
			}
		}
		return true
	}
	return d.hooked(n, p)
}

// take is the next n bytes at a multiple of align.
func (d *decoder) take(align, n int) ([]byte, bool) {
	at := roundUp(d.pos, align)
	if left := len(d.src) - at; n > left {
		return nil, d.fail("%d bytes are wanted, %d are left: %w", n, max(left, 0), ErrCorrupt)
	}
	d.pos = at + n
	return d.src[at:d.pos:d.pos], true
}

// length is a number of things of which each takes so many bytes at least: no more than fit.
func (d *decoder) length(least int, plus uint64) (n int, ok bool) {
	b, ok := d.take(lengthSize, lengthSize)
	if !ok {
		return 0, false
	}
	var word [lengthSize]byte
	copy(word[:], b)
	stored := binary.LittleEndian.Uint64(word[:]) - plus // a nil slice becomes the largest number
	if stored+plus == 0 && plus == 1 {
		return -1, true
	}
	if left := uint64(len(d.src) - d.pos); stored > left/uint64(least) {
		return 0, d.fail("length %d is more than the %d bytes left can hold: %w", stored, left, ErrCorrupt)
	}
	return int(stored), true
}

func (d *decoder) plain(n *node, mem []byte) bool {
	b, ok := d.take(n.align, n.size)
	if !ok {
		return false
	}
	copy(mem, b)
	return n.valid(mem) || d.fail("a bool is neither 0 nor 1: %w", ErrCorrupt)
}

func (d *decoder) text(p pointer) bool {
	n, ok := d.length(1, 0)
	if !ok {
		return false
	}
	b, ok := d.take(1, n)
	if ok {
		*textAt(p) = string(b)
	}
	return ok
}

// list makes a slice. What an element takes at least bounds its length before anything is allocated.
func (d *decoder) list(n *node, p pointer) bool {
	count, ok := d.length(n.elem.least, 1)
	switch {
	case !ok:
		return false
	case count < 0:
		return true // *p is nil already
	case n.elem.kind == plain:
		return d.plains(n, sliceAt(p), count)
	case d.depth == MaxDepth && count > 0:
		return d.fail("slices are nested deeper than %d: %w", MaxDepth, ErrCorrupt)
	}
	s := sliceAt(p)
	n.makeSlice(s, count)
	d.depth++
	ok = d.elements(n.elem, s.data, count)
	d.depth--
	return ok
}

// makeSlice makes s a slice of count zero elements.
func (n *node) makeSlice(s *slice, count int) {
	if n.elem.kind == text {
		makeTexts(s, count)
	} else {
		makeTyped(s, n.typ, count)
	}
}

// plains makes a slice of plain elements.
func (d *decoder) plains(n *node, s *slice, count int) bool {
	b, ok := d.take(n.elem.align, count*n.elem.size)
	if !ok {
		return false
	}
	makePlain(s, b, count)
	if i := n.elem.firstInvalid(memory(s.data, len(b))); i >= 0 {
		return d.fail("a bool is neither 0 nor 1: %w", ErrCorrupt) || d.in("["+strconv.Itoa(i)+"]")
	}
	return true
}

func (d *decoder) elements(elem *node, p pointer, count int) bool {
	for i := range count {
		if !d.value(elem, offset(p, i*elem.size)) {
			return d.in("[" + strconv.Itoa(i) + "]")
		}
	}
	return true
}

func (d *decoder) hooked(n *node, p pointer) bool {
	size, ok := d.length(1, 0)
	if !ok {
		return false
	}
	b, ok := d.take(1, size)
	if !ok {
		return false
	}
	if err := n.hook.decode(slices.Clone(b), p); err != nil {
		return d.fail("%w: %w", ErrCorrupt, err)
	}
	return true
}

// ended says whether all was read.
func (d *decoder) ended() bool {
	return d.pos == len(d.src) || d.fail("%d bytes are left over: %w", len(d.src)-d.pos, ErrCorrupt)
}
