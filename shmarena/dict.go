package shmarena

import (
	"context"
	"fmt"
	"iter"
)

// MaxDictKey is the longest key, in bytes, of a [Dict] and a [Namespace].
const MaxDictKey = len(dictKey{}) - 1

// dictKey is a string as a Map has it: its length, its bytes, zeros.
type dictKey [64]byte

func dictKeyOf(s string) (k dictKey, err error) {
	if len(s) > MaxDictKey {
		return k, argument("key of %d bytes, at most %d: use a Map with an array as key", len(s), MaxDictKey)
	}
	k[0] = byte(len(s))
	copy(k[1:], s)
	return k, nil
}

// String returns the key.
func (k dictKey) String() string { return string(k[1 : 1+min(int(k[0]), MaxDictKey)]) }

// Dict is a [Map] with strings as keys, of at most [MaxDictKey] bytes each; the
// empty string is one. Everything that is said there holds here. A longer key is
// an [ErrArgument] where it would be stored, and is not found elsewhere.
//
// Keys lie in the table itself. As blocks of their own they could have any
// length, but a reader that takes no lock might then follow a key to memory that
// has been freed and given to somebody else.
type Dict[V any] struct {
	m Map[dictKey, V]
}

// NewDict returns an empty Dict in the arena with room for so many entries; it
// grows by itself, so 0 will do. Its errors are those of [NewMap].
func NewDict[V any](a *Arena, room int) (Dict[V], error) {
	m, err := NewMap[dictKey, V](a, room)
	return Dict[V]{m}, err
}

// LookupDict finds a Dict that was published, as [Lookup] does for an Array.
func LookupDict[V any](a *Arena, name string) (Dict[V], error) {
	m, err := LookupMap[dictKey, V](a, name)
	return Dict[V]{m}, err
}

func (d Dict[V]) handle() handle { return d.m.handle() }

// Check is [Map.Check].
func (d Dict[V]) Check() error { return d.m.Check() }

// Get is [Map.Get].
func (d Dict[V]) Get(key string) (v V, ok bool, err error) {
	k, tooLong := dictKeyOf(key)
	if tooLong != nil {
		return v, false, d.Check()
	}
	return d.m.Get(k)
}

// Set is [Map.Set].
func (d Dict[V]) Set(ctx context.Context, key string, v V) error {
	k, err := dictKeyOf(key)
	if err != nil {
		return fmt.Errorf("shmarena: set in dict: %w", err)
	}
	return d.m.Set(ctx, k, v)
}

// GetOrSet is [Map.GetOrSet].
func (d Dict[V]) GetOrSet(ctx context.Context, key string, v V) (now V, ok bool, err error) {
	k, err := dictKeyOf(key)
	if err != nil {
		return v, false, fmt.Errorf("shmarena: get or set in dict: %w", err)
	}
	return d.m.GetOrSet(ctx, k, v)
}

// Update is [Map.Update].
func (d Dict[V]) Update(ctx context.Context, key string, f func(v *V, ok bool) (keep bool)) error {
	k, err := dictKeyOf(key)
	if err != nil {
		return fmt.Errorf("shmarena: update dict: %w", err)
	}
	return d.m.Update(ctx, k, f)
}

// Delete is [Map.Delete].
func (d Dict[V]) Delete(ctx context.Context, key string) (was bool, err error) {
	k, tooLong := dictKeyOf(key)
	if tooLong != nil {
		return false, d.Check()
	}
	return d.m.Delete(ctx, k)
}

// Len is [Map.Len].
func (d Dict[V]) Len() int { return d.m.Len() }

// Clear is [Map.Clear].
func (d Dict[V]) Clear(ctx context.Context) error { return d.m.Clear(ctx) }

// Each is [Map.Each].
func (d Dict[V]) Each(f func(string, V) bool) error {
	return d.m.Each(func(k dictKey, v V) bool { return f(k.String(), v) })
}

// All is [Map.All].
func (d Dict[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) { _ = d.Each(yield) }
}

// Free is [Map.Free].
func (d Dict[V]) Free() error { return d.m.Free() }
