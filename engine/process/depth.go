package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

var (
	// ErrNoInit is returned by Start where it would be the beginning of a fork bomb: an
	// entry is to be started by a program that has not called Init, or a process that was
	// started as a copy of this program, and calls neither Init nor EndWithParent, is
	// about to start one more copy.
	ErrNoInit = errors.New("process.Init was not called: call it in the first line of main")
	// ErrRecursion is returned by Start in a process that is MaxDepth generations below
	// the first one.
	ErrRecursion = errors.New("too many generations of processes")
)

// MaxDepth is how many generations of children there may be below a process that was not
// started by this package. Nobody nests that deeply who means to.
const MaxDepth = 10

const (
	depthEnv = "SHMENGINE_DEPTH" // generations above; counts on through other programs
	selfEnv  = "SHMENGINE_SELF"  // the program that started itself again
)

// aware is whether this process has said that it knows what it is: Init or EndWithParent.
var aware atomic.Bool

// What the environment said when this process began; the program may clear it.
var (
	depthText = os.Getenv(depthEnv)
	selfText  = os.Getenv(selfEnv)
)

// Depth returns how many generations of Start lie above this process: 0 in the first one.
// Programs that pass the environment on may stand between them. A count that was damaged
// is taken for the largest, so that nothing runs away.
func Depth() int { return depthOf(depthText) }

func depthOf(text string) int {
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return MaxDepth
	}
	return n
}

// guard refuses what would run away.
func (c *Command) guard() error {
	if d := Depth(); d >= MaxDepth {
		return fmt.Errorf("%w: this process is in generation %d (%s=%q), the limit is %d", ErrRecursion, d, depthEnv, depthText, MaxDepth)
	}
	if c.Entry != nil && !initCalled.Load() {
		return ErrNoInit
	}
	if c.Path == "" && selfText != "" && selfText == programFile() && !aware.Load() {
		return fmt.Errorf("%w (or process.EndWithParent): this process is itself a copy that was started by its own program", ErrNoInit)
	}
	return nil
}

// programFile is the file of this program, or "" if it is not known.
func programFile() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}

// lineage is what a child has to know of the generations above it.
func (c *Command) lineage() []string {
	env := []string{depthEnv + "=" + strconv.Itoa(Depth()+1)}
	if c.Path == "" {
		env = append(env, selfEnv+"="+programFile())
	}
	return env
}
