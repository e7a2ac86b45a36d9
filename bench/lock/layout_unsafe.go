package lock

import "unsafe"

// The twin counts on these.
var (
	_ [boardSize - unsafe.Sizeof(board{})]struct{}
	_ [unsafe.Sizeof(board{}) - boardSize]struct{}
	_ [unsafe.Offsetof(board{}.slot) - slotsAt]struct{}
	_ [256 - unsafe.Offsetof(board{}.last)]struct{}
	_ [64 - unsafe.Sizeof(mutexCell{})]struct{}
	_ [unsafe.Offsetof(mutexCell{}.count) - 56]struct{}
)

// viewBoard views a mapping as a board.
//
// Preconditions: mem is page-aligned and has boardSize bytes.
func viewBoard(mem []byte) *board {
	if len(mem) < boardSize {
		panic("lock: a mapping that is no board")
	}
	return (*board)(unsafe.Pointer(unsafe.SliceData(mem)))
}
