package byhour

import (
	"math/big"
	"math/bits"
)

// wide is a signed sum of 128 bits: 2^63 products of any two int64 would be
// needed to overflow it.
type wide struct {
	hi, lo uint64
}

// addProduct adds x*y.
func (w *wide) addProduct(x, y int64) {
	hi, lo := bits.Mul64(uint64(x), uint64(y))
	if x < 0 {
		hi -= uint64(y)
	}
	if y < 0 {
		hi -= uint64(x)
	}
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, lo, 0)
	w.hi, _ = bits.Add64(w.hi, hi, carry)
}

func (w *wide) add(x int64) { w.addProduct(x, 1) }

// plus adds another sum.
func (w *wide) plus(v wide) {
	var carry uint64
	w.lo, carry = bits.Add64(w.lo, v.lo, 0)
	w.hi, _ = bits.Add64(w.hi, v.hi, carry)
}

func (w wide) big() *big.Int {
	v := big.NewInt(int64(w.hi))
	v.Lsh(v, 64)
	return v.Add(v, new(big.Int).SetUint64(w.lo))
}

// over returns w/n, rounded once.
func (w wide) over(n int64) float64 { return ratio(w.big(), n) }

// moment returns (n*sxy - sx*sy)/n, rounded once: the sum of products of the
// deviations from the means.
func moment(n int64, sxy, sx, sy wide) float64 {
	v := new(big.Int).Mul(big.NewInt(n), sxy.big())
	v.Sub(v, new(big.Int).Mul(sx.big(), sy.big()))
	return ratio(v, n)
}

func ratio(v *big.Int, n int64) float64 {
	f, _ := new(big.Rat).SetFrac(v, big.NewInt(n)).Float64()
	return f
}
