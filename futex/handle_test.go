package futex

import (
	"errors"
	"testing"
)

func TestHandle(t *testing.T) {
	var w world
	var m Mutex
	a, b := w.join(), w.join()
	ha, hb := m.As(a), m.As(b)
	if err := ha.Lock(bg); err != nil {
		t.Fatal(err)
	}
	if ok, err := hb.TryLock(); ok || err != nil {
		t.Errorf("TryLock of a held mutex = %v, %v", ok, err)
	}
	mustPanic(t, "Unlock by another member's handle", hb.Unlock)
	mustPanic(t, "MarkConsistent by another member's handle", hb.MarkConsistent)
	got := make(chan error)
	go func() { got <- hb.Lock(bg) }()
	eventually(t, func() bool { return b.sleepers() == 1 })
	ha.Unlock()
	if err := <-got; err != nil {
		t.Errorf("Lock by the handle that slept: %v", err)
	}
	w.kill(b)
	if err := ha.Lock(bg); !errors.Is(err, ErrOwnerDied) {
		t.Fatalf("Lock of a dead owner's mutex: %v", err)
	}
	ha.MarkConsistent()
	ha.Unlock()
	if ok, err := ha.TryLock(); !ok || err != nil {
		t.Errorf("TryLock of a free mutex = %v, %v", ok, err)
	}
}
