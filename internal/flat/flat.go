package flat

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
)

var (
	// ErrType says that values of a type cannot be flattened.
	ErrType = errors.New("flat: type cannot be flattened")
	// ErrValue says that this value of the type cannot be encoded.
	ErrValue = errors.New("flat: value cannot be encoded")
	// ErrCorrupt says that bytes are no value of the type.
	ErrCorrupt = errors.New("flat: corrupt bytes")
)

const (
	// MaxDepth is how many slices may stand in one another in a value.
	MaxDepth = 500

	// MaxGrowth is how many bytes of memory one encoded byte can become in Decode, methods apart. A
	// slice whose elements might need more, since they have large fields that are left out, is refused.
	MaxGrowth = 1024

	// MaxSize is the most bytes of a value.
	MaxSize = 1 << 46
)

// Plan is how values of T are written. It is made by For; it is never changed, and all goroutines may use it.
type Plan[T any] struct {
	root      *node
	signature string
	hash      uint64
	size      int // of all values, or -1
}

// made has the plans without options by their type.
var made sync.Map // reflect.Type -> *Plan[T]

// For is the plan of T. Without options it is made once a type.
//
// Errors: one that wraps ErrType and names the field, if T cannot be flattened.
func For[T any](options ...Option) (*Plan[T], error) {
	t := reflect.TypeFor[T]()
	if p, ok := made.Load(t); ok && len(options) == 0 {
		return p.(*Plan[T]), nil
	}
	root, err := build(t, options)
	if err != nil {
		return nil, err
	}
	p := &Plan[T]{root: root, size: -1}
	if p.signature, p.hash, err = describe(t, root); err != nil {
		return nil, err
	}
	if !root.varies {
		p.size = p.measureZero()
	}
	if len(options) == 0 {
		made.Store(t, p)
	}
	return p, nil
}

func (p *Plan[T]) measureZero() int {
	m := measure{}
	m.value(p.root, addressOf(new(T)))
	return m.pos
}

// Fixed is the size of every value, if T holds no string, no slice and nothing that has methods.
func (p *Plan[T]) Fixed() (size int, ok bool) { return max(p.size, 0), p.size >= 0 }

// Signature tells types apart that do not fit each other: a line for each field, with its path and its kind.
func (p *Plan[T]) Signature() string { return p.signature }

// Hash is a number that differs where signatures do, but for one chance in 2^64. It is never 0.
func (p *Plan[T]) Hash() uint64 { return p.hash }

// Size is how many bytes Encode will write, or -1 if v cannot be encoded; Measure says why.
func (p *Plan[T]) Size(v *T) int {
	n, err := p.Measure(v)
	if err != nil {
		return -1
	}
	return n
}

// Measure is Size, with an error that wraps ErrValue and names the field: slices are nested deeper than
// MaxDepth, as they are where a slice holds itself, or a method failed. A T without slices of itself
// and without methods never fails.
func (p *Plan[T]) Measure(v *T) (int, error) {
	if p.size >= 0 {
		return p.size, nil
	}
	m := measure{}
	if !m.value(p.root, addressOf(v)) {
		return 0, m.error("encode", reflect.TypeFor[T]())
	}
	return m.pos, nil
}

// Encode writes v to dst and returns how many bytes it took, which is Size. Padding is written as zeros, but for
// what a struct has in memory. It allocates nothing, unless a method does.
//
// Preconditions:
//   - len(dst) is at least Size(v), which is not -1;
//   - v has not changed since.
func (p *Plan[T]) Encode(dst []byte, v *T) int {
	e := encoder{dst: dst}
	e.value(p.root, addressOf(v))
	return e.pos
}

// Decode reads v from src, all of it. Whatever *v held before is gone; after an error *v is zero.
//
// Errors: one that wraps ErrCorrupt, names the field and has the numbers.
func (p *Plan[T]) Decode(src []byte, v *T) error {
	var zero T
	*v = zero
	d := decoder{src: src}
	if d.value(p.root, addressOf(v)) && d.ended() {
		return nil
	}
	*v = zero
	return d.error("decode", reflect.TypeFor[T]())
}

// Plain is Fixed for a T that is written as its memory and of which any bytes are a value: numbers, and
// arrays and structs of them without padding between. For those there are Put and Get.
func (p *Plan[T]) Plain() (size int, ok bool) {
	return p.size, p.root.kind == plain && !p.root.checked && p.size > 0
}

// Put is Encode of a plain T. It keeps no pointer: v may be on the stack.
//
// Preconditions:
//   - T is Plain, and dst is as long as its size at least and aligned for a T.
func (p *Plan[T]) Put(dst []byte, v *T) { put(dst, v) }

// Get is Decode of a plain T, of which src holds one.
//
// Preconditions:
//   - T is Plain, and src is as long as its size at least and aligned for a T.
func (p *Plan[T]) Get(src []byte, v *T) { get(src, v) }

// trail is where in a value something is wrong, put together from the inside out, and what.
type trail struct {
	path string
	why  error
}

// fail begins a trail. It is false, for those who return it.
func (t *trail) fail(format string, args ...any) bool {
	t.why = fmt.Errorf(format, args...)
	return false
}

// in says which part failed. It is false, for those who return it.
func (t *trail) in(part string) bool {
	switch {
	case t.path == "" || t.path[0] == '[':
		t.path = part + t.path
	case part != "":
		t.path = part + "." + t.path
	}
	return false
}

func (t *trail) error(verb string, of reflect.Type) error {
	if t.path == "" {
		return fmt.Errorf("%s %v: %w", verb, of, t.why)
	}
	return fmt.Errorf("%s %v: %s: %w", verb, of, shortened(t.path), t.why)
}

// shortened is a path without its middle.
func shortened(path string) string {
	const outer, inner = 100, 40
	if len(path) <= outer+inner {
		return path
	}
	return path[:outer] + "..." + path[len(path)-inner:]
}
