package flat

import (
	"reflect"
	"slices"
)

type kind uint8

const (
	plain  kind = iota // its memory is what is written
	text               // a string
	list               // a slice
	array              // of elements that are not plain
	record             // a struct that is not plain
	hooked             // by methods or a codec
)

// node is a type, as it is written. Plain nodes have their parts too, for bools and for the signature.
type node struct {
	kind    kind
	typ     reflect.Type
	size    int     // in memory
	align   int     // in memory
	least   int     // the fewest bytes that it is written in
	checked bool    // plain, and with bools in it
	varies  bool    // not all values are written in the same number of bytes
	count   int     // of an array's elements
	elem    *node   // of a slice or an array
	fields  []field // of a struct, those that are written
	steps   []field // the same, neighbours that are plain taken together
	hook    hook
}

type field struct {
	name string
	at   int // in memory
	node *node
}

// end is where the field ends in memory.
func (f *field) end() int { return f.at + f.node.size }

const lengthSize = 8

// roundUp is n or the next multiple of align, a power of two.
func roundUp(n, align int) int { return (n + align - 1) &^ (align - 1) }

// merged is the fields with each run of plain ones made one. A run is what would be written without
// a gap wherever it began: its fields touch each other and need no more alignment than the first.
func merged(fields []field) (steps []field) {
	for _, f := range fields {
		if last := len(steps) - 1; last >= 0 && mergeable(&steps[last], &f) {
			run := *steps[last].node
			run.size += f.node.size
			run.fields, run.elem = nil, nil
			steps[last].node = &run
			continue
		}
		steps = append(steps, f)
	}
	return steps
}

func mergeable(a, b *field) bool {
	free := func(n *node) bool { return n.kind == plain && !n.checked }
	return free(a.node) && free(b.node) && a.end() == b.at && b.node.align <= a.node.align
}

// valid says whether the bools in the memory of a plain value are 0 or 1.
func (n *node) valid(mem []byte) bool {
	switch {
	case !n.checked:
		return true
	case n.elem != nil:
		return n.elem.firstInvalid(mem) < 0
	case n.fields == nil:
		return mem[0] <= 1
	}
	for i := range n.fields {
		if f := &n.fields[i]; !f.node.valid(mem[f.at:f.end()]) {
			return false
		}
	}
	return true
}

// firstInvalid is the first of several values in mem that is not valid, or -1.
func (n *node) firstInvalid(mem []byte) int {
	switch {
	case !n.checked:
		return -1
	case n.elem == nil && n.fields == nil:
		return slices.IndexFunc(mem, func(b byte) bool { return b > 1 })
	}
	for i := 0; i*n.size < len(mem); i++ {
		if !n.valid(mem[i*n.size:][:n.size]) {
			return i
		}
	}
	return -1
}
