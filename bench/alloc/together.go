package alloc

import (
	"errors"
	"strings"
	"sync"
)

// together is a program that is all parties of a contest in one process, as
// goroutines.
type together interface {
	runAll(j *job, begin uint64) (string, error)
}

// runTogether runs all parties and returns a line for each.
func runTogether(does program, j *job, begin uint64) (string, error) {
	var wg sync.WaitGroup
	lines, errs := make([]string, j.parties), make([]error, j.parties)
	for i := range j.parties {
		part := *j
		part.index = i
		wg.Go(func() { lines[i], errs[i] = part.measure(does, begin) })
	}
	wg.Wait()
	return strings.Join(lines, "\n"), errors.Join(errs...)
}
