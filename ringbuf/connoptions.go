package ringbuf

import "fmt"

// ConnOptions says how connections are made. The zero value works.
type ConnOptions struct {
	// Capacity is how many bytes each direction holds, for whoever dials. The memory is reserved at
	// once; 0 is 2 MiB, more than a CPU's own cache holds: what does not fit there the peer finds in
	// the cache that they share, which is faster.
	Capacity int

	// MaxMemory is the most memory that a listener maps for one connection, whose size the dialler
	// chooses; 0 is 64 MiB.
	MaxMemory int

	// AnyUser lets a listener accept processes of other users than its own and root.
	AnyUser bool
}

const (
	defaultConnCapacity = 2 << 20
	defaultMaxMemory    = 64 << 20
)

// Validate says what is wrong with the options.
func (o ConnOptions) Validate() error {
	if o.Capacity < 0 || o.Capacity > maxData {
		return fmt.Errorf("conn options: %w: capacity %d is not in 0..%d", ErrSize, o.Capacity, maxData)
	}
	if o.MaxMemory < 0 {
		return fmt.Errorf("conn options: %w: %d bytes of memory", ErrSize, o.MaxMemory)
	}
	return nil
}

// filled is the options with the defaults in place of zeroes.
func (o ConnOptions) filled() ConnOptions {
	if o.Capacity == 0 {
		o.Capacity = defaultConnCapacity
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = defaultMaxMemory
	}
	return o
}
