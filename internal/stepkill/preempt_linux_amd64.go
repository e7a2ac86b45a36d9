package stepkill

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// The head of a goroutine, which R14 points to in Go code, as the check of the stack in each
// function's first instructions has it: the lowest and highest address of the stack, and a guard
// that is guardSize above the lowest, or preempt.
const (
	guardAt   = 16
	guardSize = 928
	preempt   = ^uint64(1313)
)

// withdraw takes back that the thread's goroutine is to leave its CPU to others. The runtime asks
// for that each 10 ms, of wall-clock time; a thread that is stepped on a loaded machine makes a few
// steps in that, and would be found in the scheduler ever after.
func withdraw(tid int, regs *unix.PtraceRegs) {
	head := uintptr(regs.R14)
	if head == 0 || word(tid, head+guardAt) != preempt {
		return
	}
	if lo, hi := word(tid, head), word(tid, head+8); lo < regs.Rsp && regs.Rsp <= hi {
		guard := binary.LittleEndian.AppendUint64(nil, lo+guardSize)
		_, _ = unix.PtracePokeData(tid, head+guardAt, guard)
	}
}

// word is 8 bytes of a stopped thread's memory; 0 if there is none.
func word(tid int, at uintptr) uint64 {
	var b [8]byte
	if n, err := unix.PtracePeekData(tid, at, b[:]); n != len(b) || err != nil {
		return 0
	}
	return binary.LittleEndian.Uint64(b[:])
}
