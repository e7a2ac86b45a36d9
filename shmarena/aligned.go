package shmarena

import (
	"fmt"
	"math/bits"
	"reflect"
)

// MaxAlign is the largest alignment of [AllocAligned].
const MaxAlign = spanSize

const defaultAlign = 64

// AllocAligned is [Alloc] with the offset of the array, in the arena's file, a
// multiple of align: a power of two up to [MaxAlign]. Up to a page it is an
// alignment of the address too, in every process; beyond, only in an arena of
// 2 MiB or more, which is mapped so that it is.
//
// Errors: those of Alloc; [ErrArgument] for an alignment that is none.
func AllocAligned[T any](a *Arena, n, align int) (Array[T], error) {
	if align <= 0 || align > MaxAlign || bits.OnesCount(uint(align)) != 1 {
		return Array[T]{}, fmt.Errorf("shmarena: %s: %w", a, argument("alignment %d is no power of two up to %d", align, MaxAlign))
	}
	x, err := alloc[T](a, n, uintptr(max(align, defaultAlign)))
	if err != nil {
		return Array[T]{}, fmt.Errorf("shmarena: %s: alloc %d of %v aligned to %d: %w", a, n, reflect.TypeFor[T](), align, err)
	}
	return x, nil
}
