package kernel

import (
	"slices"

	"github.com/shmengine/shmengine/kernels"
)

// bins is how many a histogram has.
const bins = 256

// factor is what is multiplied by.
const factor = 1.5

// operands are what an operation works on, and what a reduction leaves.
type operands struct {
	memory
	x, y, dst    []float64
	ix, iy, idst []int64
	idx, keys    []int64
	places       []int // gonum's idx
	counts       []int64
	bins         kernels.Bins
	out          [2]float64
	threshold    float64
	at           int64 // threshold, among integers
	kept         int   // elements of dst that count
}

// mix is the i-th number of splitmix64 (Steele, Lea and Flood 2014).
func mix(i uint64) uint64 {
	z := (i + 1) * 0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// number is an operand of an operation: between 0 and 1, or what suits it.
func number(op string, i int) float64 {
	u := float64(mix(uint64(i))>>11) * 0x1p-53
	switch op {
	case "exp":
		return float64(u*2) - 1
	case "log", "sqrt":
		return float64(u*1000) + 1e-3
	}
	return u
}

// wholeBits is how many bits whole operands have: not even the sum of those of the
// largest case has 64.
const wholeBits = 39

// whole is an operand among integers.
func whole(i int) int64 { return int64(mix(uint64(i)) >> (64 - wholeBits)) }

// wholeAt is what so large a share of whole numbers is not above.
func wholeAt(share float64) int64 { return int64(share * (1 << wholeBits)) }

// newOperands makes the operands of an operation; free gives them back.
func newOperands(op, typ string, n int, threshold float64) (_ *operands, err error) {
	o := &operands{threshold: threshold, at: wholeAt(threshold), counts: make([]int64, bins)}
	if o.bins, err = kernels.NewBins(0, 1, bins); err != nil {
		return nil, err
	}
	if o.memory, err = newMemory(n); err != nil {
		return nil, err
	}
	o.settle(op, typ, n)
	return o, nil
}

// settle puts the vectors where their memory has them, and fills them.
func (o *operands) settle(op, typ string, n int) {
	if typ == int64s {
		o.ix, o.iy, o.idst = vector[int64](o, slotX, n), vector[int64](o, slotY, n), vector[int64](o, slotDst, n)
	} else {
		o.x, o.y, o.dst = vector[float64](o, slotX, n), vector[float64](o, slotY, n), vector[float64](o, slotDst, n)
		o.idx, o.keys, o.places = vector[int64](o, slotIdx, n), vector[int64](o, slotKeys, n), vector[int](o, slotPlaces, n)
	}
	o.fill(op, n)
}

// move gives the operands another place, where there is one.
func (o *operands) move(op string) {
	if !o.turn() {
		return
	}
	if o.ix != nil {
		o.settle(op, int64s, len(o.ix))
	} else {
		o.settle(op, float64s, len(o.x))
	}
}

// vector is one vector of the operands' memory.
func vector[T float64 | int64 | int](o *operands, slot, n int) []T {
	return view[T](o.memory.vector(slot, n))
}

// fill writes what an operation reads.
func (o *operands) fill(op string, n int) {
	two := slices.Contains([]string{"dot", "axpy", "add", "gemm"}, op)
	for i := range o.x {
		o.x[i] = number(op, i)
	}
	for i := range o.ix {
		o.ix[i] = whole(i)
	}
	for i := 0; two && i < len(o.y); i++ {
		o.y[i] = number(op, i+n)
	}
	for i := 0; two && i < len(o.iy); i++ {
		o.iy[i] = whole(i + n)
	}
	for i := 0; op == "gather" && i < n; i++ {
		o.idx[i] = int64(mix(uint64(i+2*n)) % uint64(n))
	}
}

// weights is after how many elements the weights begin again.
const weights = 7

// weight makes an element's place count in a digest.
func weight(i int) float64 { return float64(i%weights + 1) }

// digest is one number that every element of a result has its part in.
func (o *operands) digest(op string) float64 {
	d := o.out[0] + 3*o.out[1] + float64(o.kept)
	switch op {
	case "argsort":
		for i, j := range o.idx {
			d += float64(o.x[j] * weight(i)) // rounded: not fused on any processor
		}
	case "hist":
		for b, n := range o.counts {
			d += float64(n * int64(b+1))
		}
	}
	if o.ix != nil {
		sum := uint64(0)
		for i, v := range o.idst[:o.kept] {
			sum += uint64(v) * uint64(i%weights+1)
		}
		return d + float64(sum<<16>>16) // as many bits as are exact
	}
	var sums [weights]float64 // side by side: one would be waited for at each element
	for x := o.dst[:o.kept]; len(x) > 0; {
		n := min(len(x), weights)
		for i, v := range x[:n] {
			sums[i] += v
		}
		x = x[n:]
	}
	for i, v := range sums {
		d += float64(v * weight(i))
	}
	return d
}
