//go:build amd64 || arm64 || riscv64 || ppc64le || s390x || loong64

package ringbuf

import (
	"errors"
	"testing"
)

// TestLargest needs an int of 64 bits.
func TestLargest(t *testing.T) {
	if n, err := SizeSPSC[uint64](maxCapacity); err != nil || n != offSlots+maxCapacity*slotAlign {
		t.Errorf("the largest ring: %d, %v", n, err)
	}
	if _, err := SizeSPSC[[1 << 31]byte](1 << 30); !errors.Is(err, ErrSize) {
		t.Errorf("an element of 2 GiB: %v", err)
	}
}
