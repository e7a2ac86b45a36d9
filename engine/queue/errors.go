package queue

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/ringbuf"
)

var (
	// ErrFull says that there is no room for another item now.
	ErrFull = errors.New("queue: full")
	// ErrEmpty says that there is no item now.
	ErrEmpty = errors.New("queue: empty")
	// ErrClosed says that the other side, or this end, was closed. A receiver sees it after the last
	// item.
	ErrClosed = errors.New("queue: closed")
	// ErrNotHeld says that a receiver has no item that could be Done.
	ErrNotHeld = errors.New("queue: no item is held")
	// ErrType says that the two programs mean different types.
	ErrType = errors.New("queue: other type")
	// ErrCapacity says that the queue has another capacity than was asked for.
	ErrCapacity = errors.New("queue: other capacity")
	// ErrBusy says that there is no place: as many as there can be have it and live.
	ErrBusy = errors.New("queue: place is taken")
	// ErrCorrupt says that the shared memory holds what no program of ours has written.
	ErrCorrupt = errors.New("queue: corrupt")
	// ErrUndelivered says that items were left when a sender closed and no receiver was there.
	ErrUndelivered = errors.New("queue: items were not received")
	// ErrPeerDied is what a [PeerDiedError] is.
	ErrPeerDied = errors.New("queue: peer died")
	// ErrAuth says that one side of a connection does not have the other's key.
	ErrAuth = errors.New("queue: authentication failed")
	// ErrNobody says that no living program listens.
	ErrNobody = errors.New("queue: nobody listens")
	// ErrTooLarge says that a value takes more bytes than are allowed.
	ErrTooLarge = errors.New("queue: value too large")
	// ErrValue says that a value cannot be sent, and why: a method of it failed, or slices are nested too deep.
	ErrValue = errors.New("queue: value cannot be sent")
	// ErrArgument says that a name or an option cannot be meant.
	ErrArgument = errors.New("queue: invalid argument")
)

// PeerDiedError says that the other side of a queue has died: all of it, or, at the end of a queue,
// some of it; or the other end of a connection. It is an ErrPeerDied.
type PeerDiedError struct {
	Queue string // or connection
	Role  string // "sender" or "receiver"; of a connection "dialer" or "listener"
	PID   int    // the process of the one that died last, in its own pid namespace
	Died  int    // how many senders or receivers of the queue have died in all
	Items int    // how many items are not done now
	How   string // what is known of how it ended
}

// howEnded is all that a process that is not its parent can tell.
const howEnded = "was killed or exited without Close"

func (e *PeerDiedError) Error() string {
	if e.Role == peers[dialing] || e.Role == peers[listening] {
		return fmt.Sprintf("connection %q: %s in process %d %s", e.Queue, e.Role, e.PID, e.How)
	}
	return fmt.Sprintf("queue %q: %s in process %d %s (%d died in all); %d items are not done",
		e.Queue, e.Role, e.PID, e.How, e.Died, e.Items)
}

// Unwrap makes the error an ErrPeerDied.
func (e *PeerDiedError) Unwrap() error { return ErrPeerDied }

var roles = [2]string{"sender", "receiver"}

const (
	dialing   = 0
	listening = 1
)

var peers = [2]string{"dialer", "listener"}

// failed is an error of the ring as this package tells it.
func (e *end[T]) failed(verb string, err error) error {
	switch {
	case err == nil:
		return nil
	case err == ringbuf.ErrFull:
		return ErrFull
	case err == ringbuf.ErrEmpty:
		return ErrEmpty
	case err == ringbuf.ErrPeerDied:
		return e.deserted(verb)
	case err == ringbuf.ErrClosed:
		if e.ctl.rest(e.side).lost.Load() != 0 {
			return e.peerDied()
		}
		return ErrClosed
	case errors.Is(err, ringbuf.ErrCorrupt):
		err = errors.Join(ErrCorrupt, err)
	}
	return fmt.Errorf("%s queue %q: %w", verb, e.name, err)
}

// peerDied is the PeerDiedError of the other side as it is noted.
func (e *end[T]) peerDied() error {
	s, b := e.ctl.rest(e.side), e.ring.Backlog()
	return &PeerDiedError{
		Queue: e.name, Role: roles[1-e.side], How: howEnded,
		PID: int(s.lostPID.Load()), Died: int(s.lost.Load()), Items: b.Left(),
	}
}
