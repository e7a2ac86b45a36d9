package flat

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"sync"
)

// Codec writes and reads values of a type that a plan cannot see through, a map for instance. A Plan
// is one.
//
// Decode gets a private copy of what Encode wrote, or of what a peer made of it. v is zero then, and
// must not be kept by any of them.
type Codec[U any] interface {
	// Size is how many bytes Encode will write, or negative if v cannot be encoded.
	Size(v *U) int
	// Encode writes v to dst, which has Size bytes or more, and returns how many it took.
	Encode(dst []byte, v *U) int
	Decode(src []byte, v *U) error
}

// Option changes how a plan is made.
type Option func(*builder)

// Using has values of type U, wherever in T they are, written and read by c.
func Using[U any](c Codec[U]) Option {
	h := hook{
		name: "codec",
		size: func(p pointer) (int, error) {
			n := c.Size(at[U](p))
			if n < 0 {
				return 0, errors.New("its codec cannot encode it")
			}
			return n, nil
		},
		encode: func(dst []byte, p pointer) int { return c.Encode(dst, at[U](p)) },
		decode: func(src []byte, p pointer) error { return c.Decode(src, at[U](p)) },
	}
	return func(b *builder) { b.codecs[reflect.TypeFor[U]()] = h }
}

// hook is how values at an address are written by code that is not ours.
type hook struct {
	name   string
	size   func(p pointer) (int, error)
	encode func(dst []byte, p pointer) int
	decode func(src []byte, p pointer) error
}

var (
	appender    = reflect.TypeFor[encoding.BinaryAppender]()
	unmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
)

// methodsOf is the hook of a type that has both methods and has not inherited them.
func methodsOf(t reflect.Type, path string) (hook, bool, error) {
	if !hasMethods(t) {
		return hook{}, false, nil
	}
	for i := 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
		if f := t.Field(i); f.Anonymous && inherits(f.Type) {
			return hook{}, false, refuse(path, "embeds %v, whose AppendBinary and UnmarshalBinary would write it and nothing else "+
				"(give it a name, or use a codec)", f.Type)
		}
	}
	return hook{"binary", sizeOf(t), appendTo(t), unmarshal(t)}, true, nil
}

func hasMethods(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return t.Kind() != reflect.Interface && p.Implements(appender) && p.Implements(unmarshaler)
}

// inherits says whether a struct that embeds t has its methods from it.
func inherits(t reflect.Type) bool {
	return hasMethods(t) || t.Implements(appender) || t.Implements(unmarshaler)
}

// scratch is memory in which Size finds out how long something will be.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func sizeOf(t reflect.Type) func(pointer) (int, error) {
	return func(p pointer) (int, error) {
		s := scratch.Get().(*[]byte)
		defer scratch.Put(s)
		out, err := valueAt(t, p).(encoding.BinaryAppender).AppendBinary((*s)[:0])
		*s = out[:0]
		return len(out), err
	}
}

func appendTo(t reflect.Type) func([]byte, pointer) int {
	return func(dst []byte, p pointer) int {
		out, err := valueAt(t, p).(encoding.BinaryAppender).AppendBinary(dst[:0])
		if err != nil || len(out) > len(dst) {
			panic(changed)
		}
		return copy(dst, out) // which it is already, unless the method has used other memory
	}
}

func unmarshal(t reflect.Type) func([]byte, pointer) error {
	return func(src []byte, p pointer) error {
		if err := valueAt(t, p).(encoding.BinaryUnmarshaler).UnmarshalBinary(src); err != nil {
			return fmt.Errorf("UnmarshalBinary: %w", err)
		}
		return nil
	}
}
