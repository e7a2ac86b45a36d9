package kernels

import (
	"encoding/binary"
	"math"
	"testing"
)

// Products of any numbers are those of the plain-Go body, within the errors of both.
func FuzzGemm(f *testing.F) {
	f.Add([]byte{3, 5, 7, 0, 1, 2})
	f.Add([]byte{17, 49, 9, 7, 250, 240, 0, 0, 0, 0, 0, 0, 240, 127, 0, 0, 0, 0, 0, 0, 248, 127})
	f.Add([]byte{8, 24, 33, 5, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 6 {
			return
		}
		m, n, k, flags := int(data[0]%40), int(data[1]%60), int(data[2]%40), data[3]
		alpha, beta := float64(int8(data[4]))/16, float64(int8(data[5])/64)
		next := numbers(data[6:])
		a, b, c := fuzzMatrix(m, k, flags&1 != 0, next), fuzzMatrix(k, n, flags&2 != 0, next), fuzzMatrix(m, n, flags&4 != 0, next)
		want, size := c, c
		want.Data, size.Data = append([]float64(nil), c.Data...), append([]float64(nil), c.Data...)
		use(t, levelGo)
		Gemm(want, alpha, a, b, beta)
		sizes := []Matrix{a, b, size}
		for i, x := range sizes {
			sizes[i].Data = make([]float64, len(x.Data))
			Abs(sizes[i].Data, x.Data)
		}
		Gemm(sizes[2], math.Abs(alpha), sizes[0], sizes[1], math.Abs(beta))
		for l := levelAVX2; l <= best(); l++ {
			use(t, l)
			got := c
			got.Data = append([]float64(nil), c.Data...)
			Gemm(got, alpha, a, b, beta)
			for i, v := range want.Data {
				same := v == got.Data[i] || v != v && got.Data[i] != got.Data[i]
				if !same && !(math.Abs(v-got.Data[i]) <= 2.1*gemmUnits(k)*u*sizes[2].Data[i]) {
					t.Fatalf("%d by %d by %d, element %d: %v on %s, %v on go", m, n, k, i, got.Data[i], l, v)
				}
			}
		}
	})
}

// numbers gives what lies in data, again and again, each time a little else.
func numbers(data []byte) func() float64 {
	at := 0
	return func() float64 {
		at++
		if len(data) < 8 {
			return float64(at%7) - 3
		}
		v := math.Float64frombits(binary.LittleEndian.Uint64(data[at*5%(len(data)-7):]))
		if a := math.Abs(v); !math.IsInf(v, 0) && (a > 1e60 || a < 1e-60) {
			v = math.Mod(v, 1e3) // what is tiny becomes 0
		}
		return v * float64(1+at%3)
	}
}

func fuzzMatrix(rows, cols int, byColumns bool, next func() float64) Matrix {
	m := Matrix{Rows: rows, Cols: cols, ByColumns: byColumns}
	_, m.Stride = m.lines()
	m.Data = make([]float64, rows*cols)
	for i := range m.Data {
		m.Data[i] = next()
	}
	return m
}
