package kernels

import (
	"fmt"
	"os"
)

// level names one set of bodies. Each includes the ones before it.
type level uint8

const (
	levelGo     level = iota // the plain-Go twins
	levelAVX2                // AVX2, FMA3, BMI2 and POPCNT
	levelAVX512              // AVX-512 F, BW, DQ and VL
)

var levelNames = [...]string{levelGo: "go", levelAVX2: "avx2", levelAVX512: "avx512"}

func (l level) String() string { return levelNames[l] }

// envLevel is the environment variable that asks for a level.
const envLevel = "SHMENGINE_KERNELS"

// active is the level that runs. It is written once, before main (and by this
// package's tests, between two calls of kernels), and read by every dispatch.
var active, errLevel = choose(os.Getenv(envLevel), best())

// mover is the level of bodies that move more than they compute: active, but where
// vectors of 512 bits pass the ports to memory in two halves. Element by element
// the levels do the same, so the bits are the same. It is written with active, and
// differs from it only as AVX2 from AVX-512.
var mover = moverOf(active, halfPorts)

func moverOf(l level, half bool) level {
	if half {
		return min(l, levelAVX2)
	}
	return l
}

// farFrom is how many elements, and more, are taken for data that come from beyond the
// first cache.
const farFrom = 8 << 10

// halves reports that n elements are better taken in half vectors though active is
// AVX-512, by an operation that gives the same bits on each level: far data where vectors
// pass in two halves. Whole ones need one more word of each line touched (decision 0043),
// which takes a sixth more time in the second cache if there is little to compute.
func halves(n int) bool { return n >= farFrom && mover != active }

// Level names the bodies that run in this process: "avx512", "avx2" or "go".
func Level() string { return active.String() }

// Check returns an error if SHMENGINE_KERNELS asks for a level that does not
// exist or that this machine or build cannot run. The best level that can run
// is used then, so results are right either way; a program that promises the
// same bits on every machine should stop. Call it once, at the start.
func Check() error { return errLevel }

// choose gives the level that a request leads to on a machine whose best is
// the given one, and says what was wrong with the request.
func choose(request string, best level) (level, error) {
	if request == "" {
		return best, nil
	}
	for l, name := range levelNames {
		if request != name {
			continue
		}
		if level(l) <= best {
			return level(l), nil
		}
		return best, fmt.Errorf("kernels: %s=%s: not supported by this machine or build: the best level is %s", envLevel, request, best)
	}
	return best, fmt.Errorf("kernels: %s=%q: unknown level: want avx512, avx2 or go", envLevel, request)
}
