package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	rowBits  = 5    // a row of the table has 32 bytes: a count for each of 8 rows of x
	maxTable = 1024 // rows; the package says the same
)

// storeRows writes where the table's rows of cells begin. What is not a cell
// becomes one: the codes may lie in memory that others write to.
func storeRows(cells VecVirtual, dst Mem) {
	mask := splat((maxTable - 1) * (1<<32 + 1))
	if level.wide {
		VPANDD(mask, cells, cells)
	} else {
		VPAND(mask, cells, cells)
	}
	VPSLLD(Imm(rowBits), cells, cells)
	VMOVDQU(cells, dst)
}

// countRows counts in a table, for each of a multiple of 8 rows, the cell that
// storeRows wrote: row i in lane i%8, so that equal cells in a row do not wait
// for each other.
func countRows() {
	routine("countRows", "func(t *uint32, rows []uint32)",
		"adds 1 to lane i%8 of the row of the table that begins at byte rows[i], for each",
		"of a multiple of 8.")
	t := GP64()
	Load(Param("t"), t)
	rows, n := slice("rows")
	while(n, 8, func() {
		countEight(t, at(rows, 0))
		ADDQ(imm(4*8), rows)
	})
	RET()
}

// countEight counts 8 rows of which somebody wrote where they begin.
func countEight(t GPVirtual, rows Mem) {
	for lane := 0; lane < 8; lane += 2 {
		odd, even := GP64(), GP64()
		MOVQ(rows.Offset(4*lane), odd)
		MOVL(odd.As32(), even.As32())
		SHRQ(Imm(32), odd)
		INCL(Mem{Base: t, Index: even, Scale: 1, Disp: 4 * lane})
		INCL(Mem{Base: t, Index: odd, Scale: 1, Disp: 4 * (lane + 1)})
	}
}

// addRows adds up the lanes of four rows of a table at a time.
func addRows() {
	routine("addRows", "func(dst []int64, t *uint32)",
		"adds to each of a multiple of 4 elements of dst the eight counts of a row of the",
		"table, from the row at t on. Their sums have 32 bits.")
	dst, n := slice("dst")
	t := GP64()
	Load(Param("t"), t)
	while(n, 4, func() {
		a, b, high := YMM(), YMM(), XMM()
		VMOVDQU(at(t, 0), a)
		VPHADDD(at(t, 32), a, a)
		VMOVDQU(at(t, 64), b)
		VPHADDD(at(t, 96), b, b)
		VPHADDD(b, a, a)
		VEXTRACTI128(Imm(1), a, high)
		VPADDD(high, a.AsX(), a.AsX())
		VPMOVZXDQ(a.AsX(), a)
		VPADDQ(at(dst, 0), a, a)
		VMOVDQU(a, at(dst, 0))
		ADDQ(imm(4*32), t)
		ADDQ(imm(4*bytesAnElem), dst)
	})
	done()
}

// binCells writes the cell of each of a number of rows, a multiple of the
// lanes. Values are clamped to [below, above] first. They, and the difference
// from below's bin, offset, are exact in float64; and half a unit in that
// offset keeps the product with the rounded 1/width clear of whole numbers.
func binCells() {
	routine("binCells", "func(dst *uint32, codes *uint8, x []int64, b *int64)",
		"writes where in a table the counts of codes[i]*stride + BinsInt64.cell(x[i])",
		"begin, for each of a multiple of 8 rows.")
	dst, codes := GP64(), GP64()
	Load(Param("dst"), dst)
	Load(Param("codes"), codes)
	x, n := slice("x")
	b := newBinner()
	for _, unroll := range []int{4, 1} {
		while(n, level.lanes*unroll, func() {
			for j := range unroll {
				cell := b.of(at(x, j*level.bytes()), at(codes, j*level.lanes))
				storeRows(cell, at(dst, 4*level.lanes*j))
			}
			ADDQ(imm(level.bytes()*unroll), x)
			ADDQ(imm(level.lanes*unroll), codes)
			ADDQ(imm(4*level.lanes*unroll), dst)
		})
	}
	done()
}

// fetch asks for lines that somebody will need soon, as many as a core has
// under way at once.
func fetch() {
	const lines = 16
	routine("fetch", "func(x *int64)", "asks for the 16 cache lines from x on.")
	x := GP64()
	Load(Param("x"), x)
	prefetch(x, nil, lines*cacheLine)
	RET()
}

// binner are the constants of binCells: the fields of the Go type.
type binner struct {
	below, above     VecVirtual // AVX-512: float64; AVX2: int64
	offset, perWidth VecVirtual
	stride           VecVirtual // 32 bits a lane
}

func newBinner() *binner {
	p := GP64()
	Load(Param("b"), p)
	field := func(i int) VecVirtual {
		v := vec()
		VPBROADCASTQ(at(p, 8*i), v)
		return v
	}
	b := &binner{below: field(0), above: field(1), offset: field(2), perWidth: field(3)}
	b.stride = half(vec())
	VPBROADCASTD(at(p, 32), b.stride)
	if level.wide {
		VCVTQQ2PD(b.below, b.below)
		VCVTQQ2PD(b.above, b.above)
	}
	return b
}

// of returns the cells of one vector.
func (b *binner) of(x, codes Mem) VecVirtual {
	v, bin, group := vec(), half(vec()), half(vec())
	if level.wide {
		VCVTQQ2PD(x, v) // rounds, but never past a bound
		VMAXPD(b.below, v, v)
		VMINPD(b.above, v, v)
	} else {
		VMOVDQU(x, v)
		maxInt(b.below, v)
		minInt(b.above, v)
		VPADDQ(splatFloat(magic), v, v)
		VSUBPD(splatFloat(magic), v, v)
	}
	VSUBPD(b.offset, v, v)
	VMULPD(b.perWidth, v, v)
	if level.wide {
		VCVTTPD2DQ(v, bin)
	} else {
		VCVTTPD2DQY(v, bin)
	}
	VPMOVZXBD(codes, group)
	VPMADDWD(b.stride, group, group)
	VPADDD(group, bin, bin)
	return bin
}
