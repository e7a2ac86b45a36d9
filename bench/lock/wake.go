package lock

import (
	"time"

	"github.com/shmengine/shmengine/internal/spin"
)

// calm is how long the waker lets the sleeper fall asleep: longer than any of the
// systems spins.
const calm = 200 * time.Microsecond

// awaited returns when the sleeper is asleep for round r, at the time to wake it.
// It burns its CPU all the while, so that a sleeper which is a goroutine cannot
// get that one.
func (h *hand) awaited(r uint64) {
	for h.board.asleep.Load() != uint32(r) {
		burn()
	}
	for until := h.clock.Now() + uint64(calm); h.clock.Now() < until; {
		burn()
	}
	h.board.stamp.Store(h.clock.Now())
}

// burn keeps the CPU for a moment, and leaves the core to its other thread.
func burn() {
	spin.Pause(1)
	spin.Checkpoint()
}
