package pod

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"reflect"
)

// The bytes that are hashed. A change of any of them changes every hash, and
// with it every arena that holds one.
const (
	tagInt     = 'i'
	tagUint    = 'u'
	tagFloat   = 'f'
	tagComplex = 'c'
	tagArray   = '['
	tagStruct  = '{'
	tagField   = '.'
	tagEnd     = '}'
	tagPhantom = '*'
	tagAround  = '^'
)

func hashOf(t reflect.Type) uint64 {
	h := fnv.New64a()
	path(nil).describe(h, t)
	if sum := h.Sum64(); sum != 0 {
		return sum
	}
	return 1
}

// describe writes t in a form that two types share exactly when their layout
// is the same, and their phantoms mean the same. A type inside itself is
// written as how far out it stands.
func (p path) describe(h hash.Hash64, t reflect.Type) {
	switch t.Kind() {
	case reflect.Array:
		if meant := phantomOf(t); meant != nil {
			put(h, tagPhantom, 0)
			p.describe(h, meant)
			return
		}
		put(h, tagArray, uint64(t.Len()))
		p.describe(h, t.Elem())
	case reflect.Struct:
		if n := p.around(t); n > 0 {
			put(h, tagAround, uint64(n))
			return
		}
		append(p, t).describeStruct(h, t)
	default:
		put(h, tagOf(t.Kind()), uint64(t.Size()))
	}
}

func (p path) describeStruct(h hash.Hash64, t reflect.Type) {
	put(h, tagStruct, uint64(t.Size()))
	for i := range t.NumField() {
		f := t.Field(i)
		put(h, tagField, uint64(f.Offset))
		put(h, tagField, uint64(len(f.Name)))
		h.Write([]byte(f.Name))
		p.describe(h, f.Type)
	}
	put(h, tagEnd, 0)
}

func tagOf(k reflect.Kind) byte {
	switch k {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return tagInt
	case reflect.Float32, reflect.Float64:
		return tagFloat
	case reflect.Complex64, reflect.Complex128:
		return tagComplex
	}
	return tagUint
}

func put(h hash.Hash64, tag byte, n uint64) {
	var b [9]byte
	b[0] = tag
	binary.LittleEndian.PutUint64(b[1:], n)
	h.Write(b[:])
}
