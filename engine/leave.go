package engine

import (
	"runtime/debug"
	"time"
)

// leaves is the exit code of a worker that is to end now, with nothing in hand; 0 if it
// is not.
func (w *member) leaves() int {
	switch {
	case w.spent():
		return exitSpent
	case w.self.leave.Load() != 0:
		return exitLeft
	case w.memory.over():
		return exitGrown
	}
	return 0
}

// mustLeave reports whether the worker leaves a job that has partitions left. What a
// job of kernels does not count for, MaxTasks, is not asked.
func (w *member) mustLeave() bool { return w.self.leave.Load() != 0 || w.memory.over() }

// mayServe reports whether the job has room for what this worker would save: it may
// have come when the job was there already.
func (w *member) mayServe(s *jobSlot) bool {
	n := int(s.saveStride)
	return n == 0 || (w.index+1)*n <= s.saves.Len()
}

// growth watches the memory of this process.
type growth struct {
	most  int64 // bytes; 0 no limit
	asked time.Time
	grown bool
}

// growthPause is the least time between two looks, which cost a system call each.
const growthPause = time.Millisecond

// over reports whether the process has more memory of its own than it may, after a
// collection.
func (g *growth) over() bool {
	if g.most == 0 || g.grown {
		return g.grown
	}
	now := time.Now()
	if now.Sub(g.asked) < growthPause {
		return false
	}
	if g.grown = ownMemory() > g.most; g.grown {
		debug.FreeOSMemory()
		g.grown = ownMemory() > g.most
	}
	g.asked = time.Now() // a collection takes its time
	return g.grown
}
