package chaos

import (
	"github.com/shmengine/shmengine/shmarena"
)

// The board is an array of words that workers and this process share: what was injected, by
// kind of fault, and how often each task of a job was begun. (A kernel is told; a function is not.)
// Each word is changed by atomic additions only.
//
//	0          none: unused
//	1 .. 4     faults that a worker is about to carry out, by kind
//	8 + ...    tries[job % jobsAtOnce][task]
const (
	triesFrom  = 8
	jobsAtOnce = 8
	mostTasks  = 4096
	boardWords = triesFrom + jobsAtOnce*mostTasks
)

// A board is the array as the kernels' arguments have it.
type board = shmarena.Array[uint64]

// injected is how many faults of a kind were begun.
func injected(b board, f fault) uint64 { return word(b, int(f)).Load() }

// tried counts an attempt at a task, and returns how many there were before.
func tried(b board, job, task uint64) uint64 {
	return word(b, tryWord(job, task)).Add(1) - 1
}

func tryWord(job, task uint64) int {
	return triesFrom + int(job%jobsAtOnce)*mostTasks + int(task%mostTasks)
}

// forget makes the tasks of a job new.
func forget(b board, job uint64) {
	for task := range uint64(mostTasks) {
		word(b, tryWord(job, task)).Store(0)
	}
}
