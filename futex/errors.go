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

	// ErrOverflow says that a count would exceed 2^31-1. It is unchanged.
	ErrOverflow = errors.New("futex: the count would exceed 2^31-1")
)
