package kernels

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// slowHour is the definition.
func slowHour(t int64) uint8 {
	hour := t / microsPerHour
	if t%microsPerHour < 0 {
		hour--
	}
	return uint8((hour%hoursPerDay + hoursPerDay) % hoursPerDay)
}

func sameHours(tb interface {
	Helper()
	Fatalf(string, ...any)
}, ts []int64) {
	tb.Helper()
	dst := make([]uint8, len(ts))
	HourOfDay(dst, ts)
	for i, v := range ts {
		if dst[i] != slowHour(v) {
			tb.Fatalf("the hour of %d is %d, want %d", v, dst[i], slowHour(v))
		}
	}
}

func TestHourOfDayAroundEachHour(t *testing.T) {
	var ts []int64
	around := func(v int64) {
		for d := int64(-2); d <= 2; d++ {
			ts = append(ts, v+d, v+1024*d)
		}
	}
	const last = math.MaxInt64 / microsPerHour
	for h := int64(-50); h <= 50; h++ {
		around(h * microsPerHour)
		around((last - 60 + h) * microsPerHour)
		around((60 - last + h) * microsPerHour)
		around((h*last/51 + 17) * microsPerHour)
	}
	for bit := range 63 {
		around(1 << bit)
		around(-1 << bit)
	}
	ts = append(ts, math.MinInt64, math.MinInt64+1, math.MaxInt64, math.MaxInt64-1, 978_307_260_000_000)
	onEachLevel(t, func(t *testing.T) { sameHours(t, ts) })
}

func TestHourOfDayOfAnything(t *testing.T) {
	onEachLevel(t, func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { sameHours(t, rapid.SliceOf(rapid.Int64()).Draw(t, "ts")) })
	})
}
