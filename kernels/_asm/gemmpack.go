package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// gemmPackAcross copies rows into a panel. What a row of the panel has beyond n is zero.
func gemmPackAcross() {
	for _, w := range []struct {
		name    string
		vectors int
	}{{"gemmPackLeft", 1}, {"gemmPackRight", tileVectors}} {
		routine(w.name, "func(dst *float64, src *float64, stride int, n int, k int)", "equals gemmPackGo of rows.")
		dst, src, stride := pointer("dst"), pointer("src"), pointer("stride")
		n, k := pointer("n"), pointer("k")
		SHLQ(Imm(3), stride)
		masks := make([]*mask, w.vectors)
		for v := range masks {
			masks[v] = lanesFrom(n, v*level.lanes)
		}
		while(k, 1, func() {
			for v, m := range masks {
				p := GP64()
				LEAQ(at(src, v*level.bytes()), p)
				VMOVUPD(m.load(p), at(dst, v*level.bytes()))
			}
			ADDQ(stride, src)
			ADDQ(imm(w.vectors*level.bytes()), dst)
		})
		done()
	}
}

// lanesFrom returns the mask of the lanes from first on that are less than n,
// which may be none.
func lanesFrom(n Register, first int) *mask {
	if !level.wide {
		return someLanes(n, first)
	}
	left, none := GP64(), GP64()
	XORQ(none, none)
	LEAQ(at(n, -first), left)
	TESTQ(left, left)
	CMOVQLT(none, left)
	return firstLanes(left)
}

// gemmPackAlong turns lines into columns of a panel, which are step apart. Lines that
// are not there are the last one again: nobody uses what is made of them.
func gemmPackAlong() {
	routine("gemmPackAlong", "func(dst *float64, step int, src *float64, stride int, n int, k int)", "equals gemmPackGo of columns.")
	dst, step := pointer("dst"), pointer("step")
	SHLQ(Imm(3), step)
	lines := linesOf()
	k := pointer("k")
	while(k, level.lanes, func() {
		for _, v := range transposed(lines, nil) {
			VMOVUPD(v, at(dst, 0))
			ADDQ(step, dst)
		}
		for _, p := range lines {
			ADDQ(imm(level.bytes()), p)
		}
	})
	unlessZero(k, func() {
		end := fresh("end")
		m := firstLanes(k)
		for i, v := range transposed(lines, m)[:level.lanes-1] {
			VMOVUPD(v, at(dst, 0))
			if i < level.lanes-2 {
				CMPQ(k, imm(i+1))
				JBE(LabelRef(end))
				ADDQ(step, dst)
			}
		}
		Label(end)
	})
	done()
}

// linesOf returns where the lines begin.
func linesOf() []GPVirtual {
	lines := make([]GPVirtual, level.lanes)
	stride, n := pointer("stride"), pointer("n")
	SHLQ(Imm(3), stride)
	for i := range lines {
		if i == 0 {
			lines[i] = pointer("src")
			continue
		}
		lines[i] = GP64()
		MOVQ(lines[i-1], lines[i])
		ADDQ(stride, lines[i])
		CMPQ(n, imm(i))
		CMOVQLE(lines[i-1], lines[i])
	}
	return lines
}

// transposed reads a vector of each line, or the lanes of m, and returns the columns.
func transposed(lines []GPVirtual, m *mask) []VecVirtual {
	rows := make([]VecVirtual, len(lines))
	for i, p := range lines {
		if m != nil {
			rows[i] = m.load(p)
			continue
		}
		rows[i] = vec()
		VMOVUPD(at(p, 0), rows[i])
	}
	even, odd := make([]VecVirtual, len(rows)/2), make([]VecVirtual, len(rows)/2)
	for i := range even {
		even[i], odd[i] = vec(), vec()
		VUNPCKLPD(rows[2*i+1], rows[2*i], even[i])
		VUNPCKHPD(rows[2*i+1], rows[2*i], odd[i])
	}
	columns := make([]VecVirtual, len(rows))
	for i, pairs := range [][]VecVirtual{even, odd} {
		for j, v := range turned(pairs) {
			columns[2*j+i] = v
		}
	}
	return columns
}

// turned returns the columns of a square of pairs of lanes.
func turned(rows []VecVirtual) []VecVirtual {
	if !level.wide {
		a, b := vec(), vec()
		VPERM2F128(Imm(0x20), rows[1], rows[0], a)
		VPERM2F128(Imm(0x31), rows[1], rows[0], b)
		return []VecVirtual{a, b}
	}
	const even, odd = 0x88, 0xDD
	shuffled := func(which uint64, a, b VecVirtual) VecVirtual {
		v := vec()
		VSHUFF64X2(Imm(which), b, a, v)
		return v
	}
	e0, o0 := shuffled(even, rows[0], rows[1]), shuffled(odd, rows[0], rows[1])
	e1, o1 := shuffled(even, rows[2], rows[3]), shuffled(odd, rows[2], rows[3])
	return []VecVirtual{shuffled(even, e0, e1), shuffled(even, o0, o1), shuffled(odd, e0, e1), shuffled(odd, o0, o1)}
}
