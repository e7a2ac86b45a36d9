package engine

import "github.com/shmengine/shmengine/shmarena"

// In is a column that a kernel reads.
type In[T any] struct{ array shmarena.Array[T] }

// Out is a column that a kernel writes in full: what was there before is not
// its business, so a partition may be written twice.
type Out[T any] struct{ array shmarena.Array[T] }

// InOut is a column that a kernel changes in place. Each partition of it is
// saved before the kernel runs and restored before a retry.
type InOut[T any] struct{ array shmarena.Array[T] }

// InOf names x as a column to read.
func InOf[T any](x shmarena.Array[T]) In[T] { return In[T]{x} }

// OutOf names x as a column to write.
func OutOf[T any](x shmarena.Array[T]) Out[T] { return Out[T]{x} }

// InOutOf names x as a column to change in place.
func InOutOf[T any](x shmarena.Array[T]) InOut[T] { return InOut[T]{x} }

// Part returns the rows of t. They are shared pages: read them, and do not keep
// the slice.
func (c In[T]) Part(t *Task) []T { return c.array.Part(t.lo, t.hi) }

// All returns every row, for kernels that look things up. The same rules hold
// as for Part.
func (c In[T]) All() []T { return c.array.Slice() }

// Part returns the rows of t, to be written in full.
func (c Out[T]) Part(t *Task) []T { return c.array.Part(t.lo, t.hi) }

// Part returns the rows of t, to be changed in place.
func (c InOut[T]) Part(t *Task) []T { return c.array.Part(t.lo, t.hi) }

type access uint8

const (
	reads access = 1 << iota
	writes
	changes = reads | writes
)

// A column is what the engine itself needs to know of one In, Out or InOut.
type column interface {
	access() access
	rows() int
	width() int // bytes of a row
	bytes(lo, hi int) []byte
}

func (c *In[T]) access() access    { return reads }
func (c *Out[T]) access() access   { return writes }
func (c *InOut[T]) access() access { return changes }

func (c *In[T]) rows() int    { return c.array.Len() }
func (c *Out[T]) rows() int   { return c.array.Len() }
func (c *InOut[T]) rows() int { return c.array.Len() }

func (c *In[T]) width() int    { return sizeOf[T]() }
func (c *Out[T]) width() int   { return sizeOf[T]() }
func (c *InOut[T]) width() int { return sizeOf[T]() }

func (c *In[T]) bytes(lo, hi int) []byte    { return bytesOf(c.array.Part(lo, hi)) }
func (c *Out[T]) bytes(lo, hi int) []byte   { return bytesOf(c.array.Part(lo, hi)) }
func (c *InOut[T]) bytes(lo, hi int) []byte { return bytesOf(c.array.Part(lo, hi)) }
