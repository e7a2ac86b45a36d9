package lock

import (
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/clock"
)

// Twice the time takes twice the turns.
func TestCalibrate(t *testing.T) {
	c := clock.New()
	once, twice := calibrate(&c, thinkTime), calibrate(&c, 20*thinkTime)
	if once < 10 || twice < 10*once || twice > 40*once {
		t.Errorf("%d turns, and %d for 20 times the time", once, twice)
	}
	begin := time.Now()
	sink = think(1, 1_000_000*once)
	if took := time.Since(begin); took < 1_000_000*thinkTime/4 {
		t.Errorf("a million times %v of thinking took %v", thinkTime, took)
	}
}
