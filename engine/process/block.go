package process

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
)

// ErrTooLong says that the arguments of a job do not fit into a spare's block.
var ErrTooLong = errors.New("arguments are too long")

// errBlock says that a block holds what no parent writes.
var errBlock = errors.New("process: a spare's block is damaged")

// fits reports whether a job can be written into a block.
func fits(name string, args []string) error {
	need := 4 + len(name)
	for _, a := range args {
		need += 4 + len(a)
	}
	if need > textSize {
		return fmt.Errorf("%w: %d bytes with the entry's name and 4 for each, %d fit (pass what is larger in a file)", ErrTooLong, need, textSize)
	}
	return nil
}

// write writes a job.
//
// Preconditions: state is free, and the job fits.
func (b *block) write(name string, args []string, last bool) {
	at := b.put(0, name)
	for _, a := range args {
		at = b.put(at, a)
	}
	b.words.Store(uint32(1 + len(args)))
	b.code.Store(0)
	b.last.Store(0)
	if last {
		b.last.Store(1)
	}
}

func (b *block) put(at int, word string) int {
	binary.LittleEndian.PutUint32(b.text[at:], uint32(len(word)))
	return at + 4 + copy(b.text[at+4:], word)
}

// read returns the words of the job, copied.
func (b *block) read() (words []string, err error) {
	n, rest := b.words.Load(), b.text[:]
	if n < 1 || n > textSize/4 {
		return nil, errBlock
	}
	for range n {
		if len(rest) < 4 {
			return nil, errBlock
		}
		size := binary.LittleEndian.Uint32(rest)
		if rest = rest[4:]; uint64(size) > uint64(len(rest)) {
			return nil, errBlock
		}
		words = append(words, string(rest[:size]))
		rest = rest[size:]
	}
	return words, nil
}

// hotFor is for how long a spare that has just done a job looks out for the next one before
// it sleeps.
const hotFor = 200 * time.Microsecond

// next waits, in the spare, for a job and takes it.
func (b *block) next(ctx context.Context) error {
	begin := time.Now()
	var s spin.Spinner
	for !b.state.CompareAndSwap(stateJob, stateRunning) {
		if s.Next() {
			continue
		}
		if time.Since(begin) >= hotFor {
			if err := b.sleep(ctx); err != nil {
				return err
			}
		}
		s.Reset()
	}
	return nil
}

// sleep sleeps, in the spare, while there is no job.
func (b *block) sleep(ctx context.Context) error {
	b.asleep.Store(1)
	defer b.asleep.Store(0)
	// A parent that hands a job over after this look sees that asleep is set.
	if st := b.state.Load(); st != stateJob {
		return unlessAgain(futex.Wait(ctx, &b.state, st))
	}
	return nil
}

// finish reports, in the spare, that the job is done.
func (b *block) finish(code uint32) {
	b.code.Store(code)
	b.state.Store(stateDone)
	if b.watched.Load() != 0 {
		_, _ = futex.Wake(&b.state, 1) // the word is there
	}
}

// give hands a job that was written to the spare.
func (b *block) give() {
	b.state.Store(stateJob)
	if b.asleep.Load() != 0 {
		_, _ = futex.Wake(&b.state, 1)
	}
}

// await waits, in the parent, until the job is done or the spare dead; which of them it
// returns.
func (b *block) await() uint32 {
	var s spin.Spinner
	for {
		st := b.state.Load()
		if st != stateJob && st != stateRunning {
			return st
		}
		if s.Next() {
			continue
		}
		b.watched.Store(1)
		// The mourner changes the word when the spare dies, so this sleep ends.
		if st = b.state.Load(); st == stateJob || st == stateRunning {
			_ = futex.Wait(context.Background(), &b.state, st)
		}
		b.watched.Store(0)
		s.Reset()
	}
}

// mourn marks the block of a dead spare, and returns the state in which it died.
func (b *block) mourn() (was uint32) {
	for {
		was = b.state.Load()
		if was == stateDone {
			return was // the job was done before
		}
		if b.state.CompareAndSwap(was, stateDead) {
			_, _ = futex.Wake(&b.state, 1)
			return was
		}
	}
}

// unlessAgain drops the error that says that a word had changed already.
func unlessAgain(err error) error {
	if errors.Is(err, futex.ErrAgain) {
		return nil
	}
	return err
}
