package engine

import (
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

// AppendBinary and UnmarshalBinary have a column be an argument of a [Func], or a part
// of one: what crosses is which array it is, never its elements.

// AppendBinary appends which array the column names.
func (c In[T]) AppendBinary(b []byte) ([]byte, error) { return append(b, valueBytes(&c.array)...), nil }

// UnmarshalBinary reads what AppendBinary wrote. In an isolated process it shows the
// array to the function; see [Func.Isolated].
func (c *In[T]) UnmarshalBinary(b []byte) error {
	if dst := valueBytes(&c.array); copy(dst, b) != len(dst) || len(b) != len(dst) {
		return fmt.Errorf("%w: a column of %d bytes", errRecord, len(b))
	}
	if !confined.Load() || c.array.IsZero() {
		return nil
	}
	if err := attachCovered(); err != nil {
		return err
	}
	return shmarena.Uncover(c.array)
}
