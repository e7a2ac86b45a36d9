package clock

import "testing"

// Times of different processes are compared: each must see the kernel's clock.
func TestClockIsTheKernels(t *testing.T) {
	c := New()
	const off = 10_000 // far less than what is measured between processes
	for range 1000 {
		before := monotonic()
		now := int64(c.Now())
		after := monotonic()
		if now < before-off || now > after+off {
			t.Fatalf("the clock shows %d between %d and %d", now, before, after)
		}
	}
}
