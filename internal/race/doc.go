// Package race tells whether the program was built with the race detector.
//
// The detector sees memory of the Go heap and not mapped memory; code and
// tests that must know use [Enabled], a constant, so that what does not apply
// is not even compiled in:
//
//	if race.Enabled {
//		rounds /= 20 // each access costs that much more
//	}
//
// Any goroutine may use it. It owns nothing, and no peer can change it. It does
// not switch the detector on, and does not annotate memory for it.
package race
