package spin

import (
	"bytes"
	"reflect"
	"runtime"
	"testing"
	"unsafe"
)

// prologues are the first instruction of a stack check.
var prologues = map[string][]byte{
	"amd64": {0x49, 0x3b, 0x66, 0x10}, // CMPQ SP, 16(R14)
	"arm64": {0x90, 0x0b, 0x40, 0xf9}, // MOVD 16(g), R16
}

// code returns the first bytes of a function's compiled code.
func code(f any, n int) []byte {
	entry := reflect.ValueOf(f).UnsafePointer()
	return unsafe.Slice((*byte)(entry), n)
}

// A safepoint is a stack check. An empty function compiles to a bare RET.
func TestCheckpointHasAStackCheck(t *testing.T) {
	want, ok := prologues[runtime.GOARCH]
	if !ok {
		t.Skipf("no known prologue for %s", runtime.GOARCH)
	}
	if got := code(Checkpoint, len(want)); !bytes.Equal(got, want) {
		t.Errorf("Checkpoint begins with % x, want the stack check % x", got, want)
	}
	if got := code(leaf, len(want)); bytes.Equal(got, want) {
		t.Error("an empty function has a stack check as well: the test shows nothing")
	}
}
