package ringbuf

import (
	"errors"
	"fmt"
	"syscall"
)

// What Try and blocking calls return.
var (
	// ErrFull says that all Cap() slots hold messages that were not popped yet.
	ErrFull = errors.New("ringbuf: full")
	// ErrEmpty says that there is nothing to pop.
	ErrEmpty = errors.New("ringbuf: empty")
	// ErrClosed says that the ring was closed; a consumer sees it only after the last message.
	ErrClosed = errors.New("ringbuf: closed")
	// ErrPeerDied says that the process on the other side died, and that nobody has taken over its
	// role yet.
	ErrPeerDied = errors.New("ringbuf: peer died")
	// ErrCorrupt says that the shared memory holds values that no sequence of calls can produce.
	// The ring is poisoned for all until it is formatted again.
	ErrCorrupt = errors.New("ringbuf: corrupt")
)

// What the calls of Bytes return beside these.
var (
	// ErrTooLarge says that a message is longer than the ring's MaxMessage, or its length negative.
	// The ring is as it was.
	ErrTooLarge = errors.New("ringbuf: message too large")
	// ErrShortBuffer says that a message is longer than the buffer that it should go to. A
	// ShortBufferError says how long it is.
	ErrShortBuffer = errors.New("ringbuf: short buffer")
	// ErrFlushed says that the ring was flushed and that everything from before has been delivered.
	// It comes once, and the consumer can go on.
	ErrFlushed = errors.New("ringbuf: flushed")
	// ErrLease says that a lease was committed or aborted before.
	ErrLease = errors.New("ringbuf: lease is settled")
)

// What the ends of a Pipe return beside these.
var (
	// ErrBrokenPipe says that the other end was closed. It wraps ErrClosed and EPIPE.
	ErrBrokenPipe = fmt.Errorf("%w by the other end: %w", ErrClosed, syscall.EPIPE)
	// ErrDirection says that a pipe of one direction was used in the other.
	ErrDirection = errors.New("ringbuf: wrong direction")
)

// What NewSPSC, AttachSPSC, Producer and Consumer return.
var (
	// ErrBusy says that a live process has the role.
	ErrBusy = errors.New("ringbuf: role is taken")
	// ErrMagic says that the memory does not hold a ring of this kind.
	ErrMagic = errors.New("ringbuf: not a ring")
	// ErrVersion says that the ring was made with another version of the layout.
	ErrVersion = errors.New("ringbuf: other version")
	// ErrType says that the ring carries another type.
	ErrType = errors.New("ringbuf: other element type")
	// ErrSize says that a capacity, an element or the memory is too small or too large.
	ErrSize = errors.New("ringbuf: bad size")
)
