package chaos

import (
	"sync/atomic"
	"unsafe"
)

// word is one word of the board.
func word(b board, i int) *atomic.Uint64 { return (*atomic.Uint64)(unsafe.Pointer(&b.Slice()[i])) }

// flat is a board as an argument of a function: those are numbers only.
type flat [3]uint64

// Both have the same bytes, or this does not compile.
var (
	_ [unsafe.Sizeof(flat{}) - unsafe.Sizeof(board{})]byte
	_ [unsafe.Sizeof(board{}) - unsafe.Sizeof(flat{})]byte
)

func flatten(b board) flat      { return *(*flat)(unsafe.Pointer(&b)) }
func (f flat) board() (b board) { return *(*board)(unsafe.Pointer(&f)) }
