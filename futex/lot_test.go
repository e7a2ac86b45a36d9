package futex

import (
	"context"
	"sync/atomic"
	"testing"
)

// A death is looked into at once where a place waits that it may concern.
func TestWaitsFor(t *testing.T) {
	w := new(world)
	me, owner, other := w.join(), w.join(), w.join()
	var word atomic.Uint32
	p := me.Park(&word)
	if me.WaitsFor(owner.id) {
		t.Error("a place that does not sleep yet concerns nobody")
	}
	done := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	p.Of(owner.id)
	go func() { done <- p.Wait(ctx, 0) }()
	eventually(t, func() bool { return me.sleepers() == 1 })
	if !me.WaitsFor(owner.id) || me.WaitsFor(other.id) {
		t.Errorf("it waits for the owner: %v, for another: %v", me.WaitsFor(owner.id), me.WaitsFor(other.id))
	}
	p.Of(NoID)
	if !me.WaitsFor(owner.id) || !me.WaitsFor(other.id) {
		t.Error("a place that did not say of whose concerns everybody")
	}
	cancel()
	<-done // whatever it says: a wake for no reason is one
	me.Unpark(p)
	if me.WaitsFor(owner.id) {
		t.Error("nobody waits any more")
	}
}
