package futex

import "errors"

var (
	// ErrAgain says that the word no longer held the expected value: look again.
	ErrAgain = errors.New("futex: the word has changed")

	// ErrAddress says that the word is not 4-byte aligned, or not in memory that
	// can be read: unmapped, protected, or past the end of its file.
	ErrAddress = errors.New("futex: not an aligned word in mapped memory")

	// ErrOwnerDied says that the previous owner died. The lock IS held by the
	// caller, who repairs what it guards, calls MarkConsistent and unlocks.
	ErrOwnerDied = errors.New("futex: the owner died; the lock is held")

	// ErrNotRecoverable says that a dead owner's lock was unlocked without
	// MarkConsistent. It cannot be locked again.
	ErrNotRecoverable = errors.New("futex: the state under the lock was not recovered")

	// ErrFull says that 64 other members hold or await the thing: one more does
	// not fit.
	ErrFull = errors.New("futex: no room for one more member")

	// ErrOverflow says that the member holds as much as can be counted.
	ErrOverflow = errors.New("futex: more than can be counted")

	// ErrBroken says that the round of a Barrier will not be complete.
	ErrBroken = errors.New("futex: the barrier is broken")

	// ErrParties says that a Barrier has no number of parties yet, or another one.
	ErrParties = errors.New("futex: the barrier's number of parties")
)
