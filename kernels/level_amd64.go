//go:build amd64 && !purego

package kernels

import (
	"math"
	"os"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// best returns the highest level that this CPU and the operating system can
// run and that GODEBUG has not turned off.
func best() level {
	off := turnedOff(os.Getenv("GODEBUG"))
	switch c := &cpuid.CPU; {
	case !c.Supports(cpuid.AVX2, cpuid.FMA3, cpuid.BMI2, cpuid.POPCNT) || off <= levelAVX2 || !notesNaN():
		return levelGo
	case !c.Supports(cpuid.AVX512F, cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL) || off <= levelAVX512:
		return levelAVX2
	default:
		return levelAVX512
	}
}

// notesNaN reports that the processor, or what plays one, notes the NaNs that minima meet:
// the search for extremes relies on it.
func notesNaN() bool {
	_, _, nan := leastAVX2([]float64{0, math.NaN(), 0})
	_, _, none := leastAVX2([]float64{0})
	return nan != 0 && none == 0
}

// fetchAhead is how many bytes before they use them streaming bodies ask for lines;
// assembly reads it. Intel's prefetchers stop at the end of a page, and asking
// gains a tenth on data in memory; AMD's fetch better undisturbed (0 asks for what
// is being used).
//
//lint:ignore U1000 read by assembly
var fetchAhead = func() uint64 {
	if cpuid.CPU.VendorID == cpuid.AMD {
		return 0
	}
	return 2048
}()

// touchFrom is from how many elements on reductions touch what they read, which
// only AMD's processors thank them for: see decision 0043. Assembly reads it.
//
//lint:ignore U1000 read by assembly
var touchFrom = func() uint64 {
	if cpuid.CPU.VendorID == cpuid.AMD {
		return 8 << 10
	}
	return 1 << 62
}()

// fetchFrom is from how many elements on reductions ask for the page to come, which
// Intel's processors thank them for. Assembly reads it.
//
//lint:ignore U1000 read by assembly
var fetchFrom = func() uint64 {
	if cpuid.CPU.VendorID == cpuid.AMD {
		return 1 << 62
	}
	return 8 << 10
}()

// halfPorts says of the processor that it stores 512 bits in two halves: AMD's
// family 25 with AVX-512, that is Zen 4. From and to the first cache two vectors of
// 256 bits take a seventh less time there than one of 512.
var halfPorts = cpuid.CPU.VendorID == cpuid.AMD && cpuid.CPU.Family == 25

// gathers says that a gather of eight takes less than eight loads.
var gathers = cpuid.CPU.VendorID == cpuid.Intel

// dotWords says that AVX-512 has products of words that are added up at once.
var dotWords = cpuid.CPU.Supports(cpuid.AVX512VNNI)

// turnedOff returns the lowest level that needs a feature which GODEBUG turns
// off (cpu.avx2=off), and a level past the highest if there is none. The
// runtime hides such features from the standard library only.
func turnedOff(godebug string) level {
	lowest := levelAVX512 + 1
	for option := range strings.SplitSeq(godebug, ",") {
		name, isCPU := strings.CutPrefix(option, "cpu.")
		name, isOff := strings.CutSuffix(name, "=off")
		switch {
		case !isCPU || !isOff:
		case name == "all" || name == "avx" || name == "avx2" || name == "fma":
			return levelAVX2
		case strings.HasPrefix(name, "avx512"):
			lowest = levelAVX512
		}
	}
	return lowest
}
