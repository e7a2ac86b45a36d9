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

	// ErrOverflow says that there would be more than can be counted. The count is
	// unchanged.
	ErrOverflow = errors.New("futex: more than can be counted")

	// ErrOverRelease says that more was released than had been taken, or than the
	// limit allows. Nothing was changed.
	ErrOverRelease = errors.New("futex: more would be released than the limit allows")

	// ErrTokensLost says that no token is to be had, and that a member has died with
	// some. Nothing was taken.
	ErrTokensLost = errors.New("futex: no token left; a member died with some")

	// ErrBooksFull says that as many other members have tokens as a tracked
	// semaphore has lines for. Nothing was taken.
	ErrBooksFull = errors.New("futex: too many members have tokens")

	// ErrRange says that a number or a size is out of its range. Nothing was done.
	ErrRange = errors.New("futex: an argument is out of range")

	// ErrInUse says that what is to be initialised is not zero. It is unchanged.
	ErrInUse = errors.New("futex: initialised or used already")

	// ErrBroken says that the round of a Barrier will not be complete.
	ErrBroken = errors.New("futex: the barrier is broken")

	// ErrParties says that a Barrier has no number of parties yet, or another one.
	ErrParties = errors.New("futex: the barrier's number of parties")
)
