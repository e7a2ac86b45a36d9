//go:build purego || (!amd64 && !arm64)

package spin

// Pause does n rounds of a loop that takes some tens of nanoseconds each.
//
// Preconditions: n is small (64 at most).
func Pause(n uint32) {
	for ; n > 0; n-- {
		for range perPause {
			leaf()
		}
	}
}

// perPause calls of an empty function take about as long as one PAUSE.
const perPause = 16
