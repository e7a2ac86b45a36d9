package kernels

// The operations of arith, in the order of the assembly.
const (
	opAdd = iota
	opSub
	opMul
	opDiv
)

// Add writes the sums of the elements of x and y:
//
//	for i := range dst { dst[i] = x[i] + y[i] }
//
// Results of 8 MiB and more that are not written over an input go round the
// caches.
//
// Preconditions, here and for all functions that write an element for each
// element; else they panic before anything is written:
//   - all slices have the same length;
//   - dst is one of the inputs, or shares no memory with any.
func Add(dst, x, y []float64) { arith(dst, x, y, opAdd) }

// Sub writes the differences: for i := range dst { dst[i] = x[i] - y[i] }. See
// [Add] for what must hold.
func Sub(dst, x, y []float64) { arith(dst, x, y, opSub) }

// Mul writes the products: for i := range dst { dst[i] = x[i] * y[i] }. See
// [Add] for what must hold.
func Mul(dst, x, y []float64) { arith(dst, x, y, opMul) }

// Div writes the quotients: for i := range dst { dst[i] = x[i] / y[i] }. A
// division by zero gives an infinity or NaN. See [Add] for what must hold.
func Div(dst, x, y []float64) { arith(dst, x, y, opDiv) }

// arith goes straight to the assembly with what is one block: in the first cache a call
// more, with the words that it puts on the stack, is to be seen beside the operation. So op
// is last: the slices stay in the registers in which Add has them.
func arith(dst, x, y []float64, op int) {
	switch {
	case !fits(dst, x) || !fits(dst, y):
		refuse(len(dst), len(x), len(y))
	case len(dst) > block3:
		arithLong(op, dst, x, y)
	case len(dst) == 0:
	case mover == levelAVX2:
		arithAVX2(op, &dst[0], &x[0], &y[0], len(dst), 0)
	case mover == levelAVX512:
		arithAVX512(op, &dst[0], &x[0], &y[0], len(dst), 0)
	default:
		arithGo(op, dst, x, y)
	}
}

// arithLong is arith for more than a block.
func arithLong(op int, dst, x, y []float64) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > block3 {
		arithBlock(op, dst[:block3], x[:block3], y[:block3], stream)
		p.spend(block3, lookElems)
		dst, x, y = dst[block3:], x[block3:], y[block3:]
	}
	arithBlock(op, dst, x, y, stream)
}

func arithBlock(op int, dst, x, y []float64, stream int) {
	switch mover {
	case levelAVX512:
		arithAVX512(op, &dst[0], &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		arithAVX2(op, &dst[0], &x[0], &y[0], len(dst), stream)
	default:
		arithGo(op, dst, x, y)
	}
}

func arithGo(op int, dst, x, y []float64) {
	if op == opDiv {
		for i := range dst {
			dst[i] = x[i] / y[i]
		}
		return
	}
	wholeGo(op, dst, x, y)
}

// wholeGo does what integers have too.
func wholeGo[T element](op int, dst, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	switch op {
	case opAdd:
		for i := range dst {
			dst[i] = x[i] + y[i]
		}
	case opSub:
		for i := range dst {
			dst[i] = x[i] - y[i]
		}
	default:
		for i := range dst {
			dst[i] = x[i] * y[i]
		}
	}
}

// AddInt64 is [Add] for integers; sums wrap as in Go.
func AddInt64(dst, x, y []int64) { arithInt64(dst, x, y, opAdd) }

// SubInt64 is [Sub] for integers; differences wrap as in Go.
func SubInt64(dst, x, y []int64) { arithInt64(dst, x, y, opSub) }

// MulInt64 is [Mul] for integers; products wrap as in Go.
func MulInt64(dst, x, y []int64) { arithInt64(dst, x, y, opMul) }

func arithInt64(dst, x, y []int64, op int) {
	switch {
	case !fits(dst, x) || !fits(dst, y):
		refuse(len(dst), len(x), len(y))
	case len(dst) > block3:
		arithInt64Long(op, dst, x, y)
	case len(dst) == 0:
	case mover == levelAVX2:
		arithInt64AVX2(op, &dst[0], &x[0], &y[0], len(dst), 0)
	case mover == levelAVX512:
		arithInt64AVX512(op, &dst[0], &x[0], &y[0], len(dst), 0)
	default:
		wholeGo(op, dst, x, y)
	}
}

// arithInt64Long is arithInt64 for more than a block.
func arithInt64Long(op int, dst, x, y []int64) {
	stream := streamsPair(dst, x, y)
	var p pace
	for len(dst) > block3 {
		arithInt64Block(op, dst[:block3], x[:block3], y[:block3], stream)
		p.spend(block3, lookElems)
		dst, x, y = dst[block3:], x[block3:], y[block3:]
	}
	arithInt64Block(op, dst, x, y, stream)
}

func arithInt64Block(op int, dst, x, y []int64, stream int) {
	switch mover {
	case levelAVX512:
		arithInt64AVX512(op, &dst[0], &x[0], &y[0], len(dst), stream)
	case levelAVX2:
		arithInt64AVX2(op, &dst[0], &x[0], &y[0], len(dst), stream)
	default:
		wholeGo(op, dst, x, y)
	}
}
