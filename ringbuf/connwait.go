package ringbuf

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shmengine/shmengine/futex"
)

// connLot is where all connections of this process sleep: 64 threads at most, whatever their number.
var connLot futex.Lot

// connMember is one end of a connection as its rings see it: the two ends are members 1 and 2.
type connMember struct {
	id   futex.ID
	gone atomic.Bool // the other end's process has closed the socket, or died
}

// ID is 1 for the end that made the memory, 2 for the other.
func (m *connMember) ID() futex.ID { return m.id }

// Alive says whether the end is there. Once false it stays false.
func (m *connMember) Alive(id futex.ID) bool { return id == m.id || !m.gone.Load() }

// Park is that of a futex.Lot. No nudge is needed: the end of the socket closes the rings, which
// wakes.
func (m *connMember) Park(w *atomic.Uint32) *futex.Place { return connLot.Park(w) }

// Unpark ends the wait.
func (m *connMember) Unpark(p *futex.Place) { connLot.Unpark(p) }

// deadline is until when calls of one kind may wait: a context that is replaced when it is moved.
type deadline struct {
	mu     sync.Mutex
	ctx    context.Context
	cancel context.CancelFunc
}

// set moves the deadline. Whoever waits under the old one is woken by context.Canceled, and looks
// again.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cancel != nil {
		d.cancel()
	}
	if t.IsZero() {
		d.ctx, d.cancel = context.WithCancel(context.Background())
		return
	}
	d.ctx, d.cancel = context.WithDeadline(context.Background(), t)
}

func (d *deadline) context() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ctx
}

// cancelNow wakes whoever waits.
func (d *deadline) cancelNow() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cancel()
}

// passed is os.ErrDeadlineExceeded when it has.
func (d *deadline) passed() error {
	if d.context().Err() == context.DeadlineExceeded {
		return os.ErrDeadlineExceeded
	}
	return nil
}
