package shmarena

// Small blocks come in classes: a span that is cut into small blocks is cut into
// blocks of one class. There are four classes between a power of two and the
// next from 256 B on, so a block is at most a quarter larger than was asked for
// (and one of less than 256 B at most 63 bytes); above 8 KiB the classes are
// what cuts a span into 6, 5, 4, 3 and 2. All are multiples of 64.
//
// A block lies at a multiple of its class in the span, so it is aligned to the
// largest power of two that divides the class.

// class is one size of small blocks.
type class struct {
	size  uint32 // bytes of a block
	count uint32 // blocks of a span
	magic uint32 // in*magic>>32 is in/size for in < 64 KiB
}

const (
	classCount = 29
	maxSmall   = 32768 // a larger block is a large one
	classStep  = 64
)

var classes = func() (cs [classCount]class) {
	for i, size := range [classCount]uint32{
		64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024,
		1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096, 5120, 6144, 7168, 8192,
		10880, 13056, 16384, 21824, 32768,
	} {
		cs[i] = class{size, min(spanSize/size, tableBlocks), uint32(1<<32/uint64(size) + 1)}
	}
	return cs
}()

// classBySize maps a size, in steps of 64 rounded up, to its class.
var classBySize = func() (by [maxSmall/classStep + 1]uint8) {
	c := uint8(0)
	for i := range by {
		if uint32(i*classStep) > classes[c].size {
			c++
		}
		by[i] = c
	}
	return by
}()

// classOf is the class of a block of so many bytes.
//
// Preconditions: 0 < bytes <= maxSmall
func classOf(bytes uint64) int { return int(classBySize[(bytes+classStep-1)/classStep]) }

// classAligned is the smallest class for so many bytes whose blocks are aligned
// to align, a power of two, and whether there is one.
func classAligned(bytes, align uint64) (c int, ok bool) {
	if bytes > maxSmall {
		return 0, false
	}
	for c = classOf(bytes); c < classCount; c++ {
		if uint64(classes[c].size)&(align-1) == 0 {
			return c, true
		}
	}
	return 0, false
}

// hintMask are the bits of hint word k that stand for blocks of the class.
func (c *class) hintMask(k int) uint64 {
	n := int(c.count) - 64*k
	if n >= 64 {
		return ^uint64(0)
	}
	return 1<<max(n, 0) - 1
}

// words is how many hint words the class uses.
func (c *class) words() int { return int(c.count+63) / 64 }

// index is the number of the block that begins in bytes into a span; not ok if
// none does.
//
// Preconditions: in < spanSize
func (c *class) index(in uint64) (i uint32, ok bool) {
	i = uint32(in * uint64(c.magic) >> 32)
	return i, uint64(i)*uint64(c.size) == in && i < c.count
}

// tableLen is how many bytes of a span's table the class uses.
func (c *class) tableLen() uint64 { return tableSize - uint64(tableBlocks-c.count)*8 }
