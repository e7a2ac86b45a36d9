package queue

import (
	"fmt"

	"github.com/shmengine/shmengine/ringbuf"
)

// ConnOptions describe connections. The zero value works.
type ConnOptions struct {
	// Key is what both programs know and nobody else, to be sure of each other: each proves by an
	// HMAC-SHA256 of the other's random bytes that it has the key, which does not pass. nil is no key:
	// then whoever may open the socket may connect, which is the same user, and root. A key that
	// is empty but not nil is refused, since it is more likely forgotten than meant.
	Key []byte

	// Capacity is how many bytes each direction holds, for whoever dials, up to 64 MiB; 0 is 2 MiB. A
	// value of up to a quarter of it goes by one copy, a longer one passes in pieces.
	Capacity int

	// MaxMessage is the most bytes that a received value may have; 0 is 64 MiB.
	MaxMessage int

	// Refused is told by a Listener why a client was not let in. It may be called by several goroutines at
	// once, and must not block, or close the listener. nil: nobody is told.
	Refused func(error)
}

const (
	defaultMaxMessage = 64 << 20
	maxListenName     = 64
	maxConnCapacity   = 64 << 20
)

// Validate says what is wrong with the options, as an ErrArgument.
func (o ConnOptions) Validate() error {
	switch {
	case o.Key != nil && len(o.Key) == 0:
		return fmt.Errorf("%w: the key is empty; nil is no key", ErrArgument)
	case o.Capacity < 0 || o.Capacity > maxConnCapacity:
		return fmt.Errorf("%w: capacity %d is not in 0..%d", ErrArgument, o.Capacity, maxConnCapacity)
	case o.MaxMessage < 0:
		return fmt.Errorf("%w: messages of at most %d bytes", ErrArgument, o.MaxMessage)
	}
	return nil
}

// ring is what ringbuf is told; a listener takes whatever a dialer may have.
func (o ConnOptions) ring() ringbuf.ConnOptions {
	return ringbuf.ConnOptions{Capacity: o.Capacity, MaxMemory: 2*maxConnCapacity + 1<<20}
}

func (o ConnOptions) most() int {
	if o.MaxMessage == 0 {
		return defaultMaxMessage
	}
	return o.MaxMessage
}

// validListenName is stricter than that of a queue: it is part of a socket's path.
func validListenName(name string) error {
	if len(name) > maxListenName {
		return fmt.Errorf("%w: a name of %d bytes is not in 1..%d", ErrArgument, len(name), maxListenName)
	}
	if name == "." || name == ".." {
		return fmt.Errorf("%w: name %q", ErrArgument, name)
	}
	return validName(name)
}
