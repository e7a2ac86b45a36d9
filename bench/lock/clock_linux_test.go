package lock

import (
	"testing"
	"time"
)

// Times of different processes are compared: each must see the kernel's clock.
func TestClockIsTheKernels(t *testing.T) {
	c := newClock()
	const off = 10_000 // far less than what is measured between processes
	for range 1000 {
		before := monotonic()
		now := int64(c.now())
		after := monotonic()
		if now < before-off || now > after+off {
			t.Fatalf("the clock shows %d between %d and %d", now, before, after)
		}
	}
}

// Twice the time takes twice the turns.
func TestCalibrate(t *testing.T) {
	c := newClock()
	once, twice := c.calibrate(thinkTime), c.calibrate(20*thinkTime)
	if once < 10 || twice < 10*once || twice > 40*once {
		t.Errorf("%d turns, and %d for 20 times the time", once, twice)
	}
	begin := time.Now()
	sink = think(1, 1_000_000*once)
	if took := time.Since(begin); took < 1_000_000*thinkTime/4 {
		t.Errorf("a million times %v of thinking took %v", thinkTime, took)
	}
}
