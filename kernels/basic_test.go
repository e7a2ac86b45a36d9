package kernels

import (
	"math"
	"testing"
)

func TestSumInt64DoesNotWrap(t *testing.T) {
	x := make([]int64, 1000)
	for i := range x {
		x[i] = 1<<62 + 0
	}
	want := "4611686018427387904000"
	if got := SumInt64(x).String(); got != want {
		t.Errorf("sum of 1000 times 2^62 is %s, want %s", got, want)
	}
	for i := range x {
		x[i] = 1<<62 + int64(i)
	}
	if got := SumInt64(x).String(); got != "4611686018427388403500" {
		t.Errorf("sum of 1000 values from 2^62 on is %s", got)
	}
}

func TestVarianceIsRobust(t *testing.T) {
	for _, base := range []float64{0, 1e9, 1e15} {
		x := []float64{base + 4, base + 7, base + 13, base + 16}
		m := MomentsOf(x)
		if v, ok := m.Variance(1); v != 30 || !ok {
			t.Errorf("variance at %g: %v %v", base, v, ok)
		}
		if m.Mean != base+10 {
			t.Errorf("mean at %g: %v", base, m.Mean)
		}
		y := []int64{int64(base) + 4, int64(base) + 7, int64(base) + 13, int64(base) + 16}
		acc := make([]GroupMoments, 1)
		if err := GroupedMomentsInt64(acc, make([]uint8, 4), y); err != nil {
			t.Fatal(err)
		}
		if v, _ := acc[0].Variance(1); v != 30 {
			t.Errorf("grouped variance at %g: %v", base, v)
		}
		if c := CoMomentsInt64(y, y); c.M2X != 90 || c.CXY != 90 {
			t.Errorf("co-moments at %g: %+v", base, c)
		}
	}
}

func TestHourOfDayAtTheEnds(t *testing.T) {
	ts := []int64{0, -1, microsPerHour - 1, microsPerHour, -microsPerHour, 24*microsPerHour - 1, math.MinInt64, math.MaxInt64}
	dst := make([]uint8, len(ts))
	HourOfDay(dst, ts)
	want := []uint8{0, 23, 0, 1, 23, 23, 19, 4}
	for i := range want {
		if dst[i] != want[i] {
			t.Errorf("hour of %d is %d, want %d", ts[i], dst[i], want[i])
		}
	}
}
