package report

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

var (
	// ErrOptions says that options make no sense.
	ErrOptions = errors.New("bad options")

	// ErrMachine says that the machine cannot do what was asked.
	ErrMachine = errors.New("the machine cannot")

	// ErrWrong says that a system's answer is not the right one.
	ErrWrong = errors.New("wrong answer")
)

// Cannot marks the errors of a start that are the machine's, and says what may
// help.
func Cannot(err error) error {
	if hint, ok := limitHint(err); ok {
		return fmt.Errorf("%w: %w (%s)", ErrMachine, err, hint)
	}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, shmarena.ErrNoSpace) {
		return fmt.Errorf("%w: %w", ErrMachine, err)
	}
	return err
}
