package testmem

import (
	"runtime/debug"
	"testing"
)

func TestGuardedFaultsAtItsSide(t *testing.T) {
	for _, n := range []int{1, 8, 4095, 4096, 4097, 10000} {
		b := Guarded(t, n, End)
		b[0], b[n-1] = 1, 1
		if !faults(address(b) + uintptr(n)) {
			t.Errorf("End, %d bytes: the byte after the last one can be read", n)
		}
		b = Guarded(t, n, Start)
		b[0], b[n-1] = 1, 1
		if !faults(address(b) - 1) {
			t.Errorf("Start, %d bytes: the byte before the first one can be read", n)
		}
	}
}

func TestGuardedSlackIsWatched(t *testing.T) {
	for _, side := range []Side{End, Start} {
		rec := &recorder{}
		b := Guarded(rec, 100, side)
		at := address(b) - 1
		if side == Start {
			at = address(b) + 100
		}
		poke(at)
		rec.end()
		if len(rec.errors) != 1 {
			t.Errorf("side %d: reported %q, want one complaint", side, rec.errors)
		}
	}
}

// faults reports whether reading the byte at the address is a fault.
func faults(at uintptr) (fault bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { fault = recover() != nil }()
	peek(at)
	return false
}
