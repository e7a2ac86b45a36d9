package kernels

const (
	microsPerHour = 3_600_000_000
	hoursPerDay   = 24
)

// HourOfDay writes the hour, 0 to 23, of each timestamp in microseconds since
// an epoch at midnight, without a time zone:
//
//	for i, t := range ts { dst[i] = mod(floor(t / 3_600_000_000), 24) }
//
// It is exact for every int64. Before the epoch the clock runs on: -1 is in
// hour 23.
//
// Preconditions: len(dst) == len(ts); else it panics.
func HourOfDay(dst []uint8, ts []int64) {
	sameLength(len(dst), len(ts))
	var p pace
	for len(ts) > 0 {
		n := p.next(len(ts), block2)
		hourOfDayBlock(dst[:n], ts[:n])
		dst, ts = dst[n:], ts[n:]
	}
}

func hourOfDayBlock(dst []uint8, ts []int64) {
	if active == levelAVX512 {
		hourOfDayAVX512(dst, ts)
		return
	}
	if active == levelAVX2 {
		hourOfDayAVX2(dst, ts)
		return
	}
	hourOfDayGo(dst, ts)
}

func hourOfDayGo(dst []uint8, ts []int64) {
	const day = hoursPerDay * microsPerHour
	for i, t := range ts {
		r := t % day
		if r < 0 {
			r += day
		}
		dst[i] = uint8(r / microsPerHour)
	}
}
