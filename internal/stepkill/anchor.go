package stepkill

import "errors"

// anchor is a step of the region where a breakpoint can stop: the hits-th time
// that the instruction is met. The zero value is the beginning.
type anchor struct {
	at   int // the number of steps before it
	hits int
}

// anchors returns, for each number of steps, the anchor from which it is
// reached with the fewest stops. Repetitions of one string instruction, or of
// one system call that sleeps, are steps without a stop of their own; and no
// anchor is where the region begins, since the child already stands there.
func anchors(trace []step) []anchor {
	best := make([]anchor, len(trace))
	met := map[uintptr]int{}
	for k := 1; k < len(trace); k++ {
		pc := trace[k].pc
		best[k] = best[k-1]
		if pc == trace[k-1].pc || pc == trace[0].pc {
			continue
		}
		met[pc]++
		if stops := best[k].hits + k - best[k].at; met[pc] < stops {
			best[k] = anchor{at: k, hits: met[pc]}
		}
	}
	return best
}

// errStrayed says that a child did not go the way of the first one.
var errStrayed = errors.New("the child went another way")
