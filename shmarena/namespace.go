package shmarena

import (
	"context"
	"fmt"
	"iter"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// MaxAttribute is the largest value, in bytes, of a [Namespace].
const MaxAttribute = 8 * len(attribute{}.Words)

// attribute is a value of a Namespace: what type it has, and its bytes.
type attribute struct {
	Type  uint64 // its layout hash
	Words [15]uint64
}

// Namespace has values of various types under names: what a program sets up once
// for others to find, such as options and the handles of larger things. It is a
// [Dict], with a type noted beside each value, so that who asks for another
// type is told so ([ErrType]). Values have at most [MaxAttribute] bytes; what
// is larger goes into an [Array] or a [Value], whose handle is the value here.
//
// Values are read and written by [GetIn], [SetIn] and [UpdateIn].
type Namespace struct {
	d Dict[attribute]
}

// NewNamespace returns an empty Namespace in the arena. Its errors are those of
// [NewMap].
func NewNamespace(a *Arena) (Namespace, error) {
	d, err := NewDict[attribute](a, 0)
	return Namespace{d}, err
}

// LookupNamespace finds a Namespace that was published, as [Lookup] does for an
// Array.
func LookupNamespace(a *Arena, name string) (Namespace, error) {
	d, err := LookupDict[attribute](a, name)
	return Namespace{d}, err
}

func (n Namespace) handle() handle { return n.d.handle() }

// Check is [Map.Check].
func (n Namespace) Check() error { return n.d.Check() }

// SetIn makes v the value of a name, whatever type the value had before.
//
// Errors: [ErrNotPOD]; [ErrArgument] if the name has more than [MaxDictKey]
// bytes or v more than [MaxAttribute]; those of [Map.Set].
func SetIn[T any](ctx context.Context, n Namespace, name string, v T) error {
	typ, err := attributeType[T]()
	if err != nil {
		return fmt.Errorf("shmarena: set %q in namespace: %w", name, err)
	}
	x := attribute{Type: typ}
	copy(bytesOf(&x.Words), bytesOf(&v))
	return n.d.Set(ctx, name, x)
}

// GetIn returns the value of a name, or false if there is none.
//
// Errors: [ErrType] if the value has another type; [ErrNotPOD] and [ErrArgument]
// if no value can have that type; those of [Map.Get].
func GetIn[T any](n Namespace, name string) (v T, ok bool, err error) {
	typ, err := attributeType[T]()
	if err != nil {
		return v, false, fmt.Errorf("shmarena: get %q from namespace: %w", name, err)
	}
	x, ok, err := n.d.Get(name)
	if !ok || err != nil {
		return v, false, err
	}
	if x.Type != typ {
		return v, false, fmt.Errorf("shmarena: get %q as %v from namespace: %w", name, reflect.TypeFor[T](), ErrType)
	}
	fromWords(bytesOf(&v), x.Words[:])
	return v, true, nil
}

// UpdateIn calls f with the value of a name, zero if there is none, and makes
// what f leaves its value. Nobody changes it in between; f must not use the
// namespace itself.
//
// Errors: [ErrType] if there is a value of another type, and f is not called;
// those of [SetIn].
func UpdateIn[T any](ctx context.Context, n Namespace, name string, f func(*T)) error {
	typ, err := attributeType[T]()
	if err != nil {
		return fmt.Errorf("shmarena: update %q in namespace: %w", name, err)
	}
	var v T
	var other error
	err = n.d.Update(ctx, name, func(x *attribute, ok bool) bool {
		if ok && x.Type != typ {
			other = fmt.Errorf("shmarena: update %q as %v in namespace: %w", name, reflect.TypeFor[T](), ErrType)
			return true
		}
		fromWords(bytesOf(&v), x.Words[:])
		f(&v)
		*x = attribute{Type: typ}
		copy(bytesOf(&x.Words), bytesOf(&v))
		return true
	})
	if err != nil {
		return err
	}
	return other
}

// attributeType is the hash of a type whose values can be in a Namespace.
func attributeType[T any]() (uint64, error) {
	t := reflect.TypeFor[T]()
	if err := pod.Check(t); err != nil {
		return 0, err
	}
	if int(t.Size()) > MaxAttribute {
		return 0, argument("%v has %d bytes, at most %d: put it into an Array or a Value", t, t.Size(), MaxAttribute)
	}
	return pod.Hash(t), nil
}

// Delete deletes a name and reports whether it was there. Its errors are those
// of [Map.Delete].
func (n Namespace) Delete(ctx context.Context, name string) (was bool, err error) {
	return n.d.Delete(ctx, name)
}

// Len is how many names there are; see [Map.Len].
func (n Namespace) Len() int { return n.d.Len() }

// Names is all names, in no order; see [Map.Each] for what holds while others
// change them.
func (n Namespace) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		_ = n.d.Each(func(name string, _ attribute) bool { return yield(name) })
	}
}

// Free is [Map.Free].
func (n Namespace) Free() error { return n.d.Free() }
