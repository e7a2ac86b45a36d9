package reexec

import (
	"fmt"
	"math"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Descriptors of a child: the control channel, then the files of the test.
const (
	controlFD = 3
	firstFD   = 4
)

// File returns the i-th file that the test gave to Start.
func (c *Child) File(i int) *os.File { return c.files[i] }

// newChild takes over what Start has prepared for the child: it reads which
// points are armed and how many files there are before anything else runs.
func newChild(name string) (*Child, error) {
	// What the child starts inherits nothing, not even what this process was
	// given without close-on-exec by whoever started the tests.
	if err := unix.CloseRange(controlFD, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make descriptors close-on-exec: %w", err)
	}
	c := &Child{
		Args:  os.Args[1:],
		name:  name,
		wire:  &wire{f: os.NewFile(controlFD, "reexec:control")},
		heard: newMailbox(),
		armed: map[string]bool{},
		gate:  make(chan struct{}),
	}
	for {
		k, text, err := c.wire.receive()
		if err != nil {
			return nil, fmt.Errorf("read what is armed: %w", err)
		}
		if k == kindStart {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("read the number of files: %w", err)
			}
			c.adopt(n)
			go c.listen()
			return c, nil
		}
		c.armed[text] = true
	}
}

// adopt makes files of the n inherited descriptors.
func (c *Child) adopt(n int) {
	for i := range n {
		c.files = append(c.files, os.NewFile(uintptr(firstFD+i), "reexec:file"+strconv.Itoa(i)))
	}
}
