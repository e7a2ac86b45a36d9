package kernels

// SumCompensated returns the sum of x as if it had been made with twice the
// digits and rounded at the end: the error is at most 2^-53*|sum| +
// (n*2^-53)^2 * sum|x|, so cancellation costs nothing as long as sum|x| is less
// than some 2^53 times the sum. It has the same bits on every level.
//
// Sixteen lanes each keep their sum and the sum of what its additions lost, which
// is exact for each (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B;
// Neumaier 1974; Ogita, Rump and Oishi 2005, algorithm 4.4). A sum that passes the
// largest float64 on the way is an infinity, or NaN, as in [Sum]. The sum of no
// elements is +0. It makes seven additions an element, where Sum makes one.
func SumCompensated(x []float64) float64 {
	var acc compensated
	for len(x) > 0 {
		giveWay(len(x))
		part := x[:min(len(x), block1)]
		compensateBlock(&acc, part)
		x = x[len(part):]
	}
	return acc.sum()
}

// compensated holds the sums of the lanes, then what they lost.
type compensated [2 * compensatedLanes]float64

const compensatedLanes = 16

func compensateBlock(acc *compensated, x []float64) {
	n := len(x) &^ (compensatedLanes - 1)
	switch {
	case n == 0:
	case active == levelAVX512:
		compensateAVX512(&acc[0], x[:n])
	case active == levelAVX2:
		compensateAVX2(&acc[0], x[:n])
	default:
		n = 0
	}
	compensateGo(acc, x[n:])
}

func compensateGo(acc *compensated, x []float64) {
	for i, v := range x {
		lane := i % compensatedLanes
		sum, lost := twoSum(acc[lane], v)
		acc[lane] = sum
		acc[compensatedLanes+lane] += lost
	}
}

// twoSum returns a + b rounded, and the error of that.
func twoSum(a, b float64) (sum, lost float64) {
	sum = a + b
	part := sum - a
	return sum, (a - (sum - part)) + (b - part)
}

// sum adds up the lanes.
func (acc *compensated) sum() float64 {
	total, behind := acc[0], acc[compensatedLanes]
	for lane := 1; lane < compensatedLanes; lane++ {
		sum, lost := twoSum(total, acc[lane])
		total = sum
		behind += lost + acc[compensatedLanes+lane]
	}
	if total-total != 0 || behind-behind != 0 {
		return total // of an infinity nothing can be lost
	}
	return total + behind
}
