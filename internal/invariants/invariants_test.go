package invariants

import (
	"bytes"
	"testing"
)

func TestCheck(t *testing.T) {
	wantPanic(t, false, func() { Check(true, "fine") })
	wantPanic(t, Enabled, func() { Check(false, "broken") })
}

func TestPoison(t *testing.T) {
	b := make([]byte, 100)
	Poison(b[10:20])
	if changed := b[10] != 0 && b[19] != 0; changed != Enabled {
		t.Errorf("memory after Poison: %v", b[10:20])
	}
	if !bytes.Equal(b[:10], make([]byte, 10)) || !bytes.Equal(b[20:], make([]byte, 80)) {
		t.Error("Poison wrote outside its memory")
	}
}

func TestClosed(t *testing.T) {
	var c Closed
	wantPanic(t, false, func() { c.Check("closed") })
	wantPanic(t, false, func() { c.Close("closed twice") })
	wantPanic(t, Enabled, func() { c.Check("closed") })
	wantPanic(t, Enabled, func() { c.Close("closed twice") })
}

func wantPanic(t *testing.T, want bool, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := recover(); (got != nil) != want {
			t.Errorf("panic %v, want one: %v", got, want)
		}
	}()
	f()
}
