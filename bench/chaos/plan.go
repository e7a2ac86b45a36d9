package chaos

import "math"

// A fault is what an attempt meets.
type fault uint32

// Faults. The order is that of the board and of reports.
const (
	none      fault = iota
	kill            // SIGKILL
	stop            // SIGSTOP, past the deadline
	segv            // a fault as in native code: the process ends with SIGSEGV
	softFault       // a fault in Go code: a panic that the engine recovers
	faultKinds
)

func (f fault) String() string {
	return [...]string{"none", "kill", "stop", "segv", "panic"}[f]
}

// A plan says which attempts meet a fault. It has no pointers: it goes to workers as it is.
type plan struct {
	Seed             uint64
	Kill, Stop, Segv uint64 // hashes below the sum of those before and it
}

// mostAttempts have faults; the next goes well, so that every job comes to an end.
const mostAttempts = 3

func newPlan(seed uint64, kills, stops, segvs float64) plan {
	return plan{seed, below(kills), below(stops), below(segvs)}
}

// below is what so large a share of all hashes is below.
func below(share float64) uint64 {
	if share >= 1 {
		return math.MaxUint64
	}
	return uint64(share * (1 << 64))
}

// at is the fault of one attempt at one piece of a job: a partition, or a task. A job that
// failed of its faults is run again in another round, which counts as an attempt more, so that
// it gets to its end. Half of the faults of code are soft, at the first attempt only.
func (p *plan) at(job, piece, attempt, round uint64) fault {
	if attempt += round; attempt >= mostAttempts {
		return none
	}
	h := mix(p.Seed ^ mix(job<<32^piece<<8^attempt))
	switch {
	case h < p.Kill:
		return kill
	case h-p.Kill < p.Stop:
		return stop
	case h-p.Kill-p.Stop < p.Segv && h&1 == 0:
		return segv
	case h-p.Kill-p.Stop < p.Segv && attempt == 0:
		return softFault
	}
	return none
}

// mix is a hash of a word: SplitMix64 (Steele, Lea, Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
