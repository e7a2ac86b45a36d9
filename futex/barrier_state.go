package futex

// barrierState is a value of Barrier.state.
type barrierState uint64

const (
	barrierRunning  barrierState = 1 << 30
	barrierBroken   barrierState = 1 << 31
	barrierSleepers barrierState = 1 << 32
	barrierCut      barrierState = 1 << 33

	barrierEpochBits = 10
	barrierEpoch     = 34
	barrierRound     = barrierEpoch + barrierEpochBits
)

// count is how many have arrived, if the action does not run.
func (s barrierState) count() uint32 { return uint32(s & idMask) }

// runner is the member that runs the action, if it runs.
func (s barrierState) runner() ID { return ID(s & idMask) }

func (s barrierState) epoch() uint32 { return uint32(s>>barrierEpoch) & (1<<barrierEpochBits - 1) }
func (s barrierState) round() uint32 { return uint32(s >> barrierRound) }

// sameRound reports whether two states are of one round.
func (s barrierState) sameRound(t barrierState) bool { return s>>barrierEpoch == t>>barrierEpoch }

// released is the state after the end of the round.
func (s barrierState) released() barrierState {
	return s&^(barrierCut-1) + 1<<barrierRound
}

// broken is the state with the round broken, and nobody asleep.
func (s barrierState) broken() barrierState { return s&^barrierSleepers | barrierBroken }

// reset is the state after a Reset that ends the round.
func (s barrierState) reset() barrierState {
	t := barrierState(s.round()+1)<<barrierRound | barrierState((s.epoch()+1)%(1<<barrierEpochBits))<<barrierEpoch
	if s.round()&1 != 0 {
		t |= barrierCut
	}
	return t
}

// running is the state while id runs the action.
func (s barrierState) running(id ID) barrierState {
	return s&^idMask | barrierState(id) | barrierRunning
}

// outcome says whether the round of mine, in which the caller has arrived, is over
// now that the state is s, and whether it is broken.
//
// A round that ended well was followed by one of the same epoch; if a Reset came
// after that, it cut another round. A party that has slept through two Resets is
// told that its round was broken, which it may not have been. Zero is what a
// party that was faster has made of a barrier which it needs no more.
func (s barrierState) outcome(mine barrierState) (over, broken bool) {
	switch {
	case s == 0:
		return true, false
	case s.sameRound(mine):
		return s&barrierBroken != 0, true
	case s.epoch() == mine.epoch():
		return true, false
	case s.epoch() == (mine.epoch()+1)%(1<<barrierEpochBits):
		return true, (s&barrierCut != 0) == (mine.round()&1 != 0)
	}
	return true, true
}
