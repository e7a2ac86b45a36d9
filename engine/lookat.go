package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/procstat"
	"github.com/shmengine/shmengine/shmarena"
)

// ErrNoEngine is returned by [LookAt] where there is no engine to look at, or none that lives.
var ErrNoEngine = errors.New("engine: no engine")

// LookAt takes a [Snapshot] of an engine of another process, one with worker processes
// and a Config.Name. It reads the engine's control arena as a file: it joins nothing,
// changes nothing, keeps nothing up, and whoever can write to the arena can have written
// anything there, which makes the snapshot wrong and does no more. What the kernel knows
// of the processes is theirs only if they are in this process's PID namespace; otherwise
// it is zero.
//
// Errors: [ErrNoEngine] with what is missing: the arena, the engine, its life; that it is
// of another version; those of [shmarena.Inspect].
func LookAt(name string, pss bool) (Snapshot, error) {
	s, err := lookAt(name, pss)
	if err != nil {
		return Snapshot{}, fmt.Errorf("engine: look at %q: %w", name, err)
	}
	return s, nil
}

func lookAt(name string, pss bool) (s Snapshot, err error) {
	arena := name + controlSuffix
	seen, err := shmarena.Inspect(arena)
	if errors.Is(err, fs.ErrNotExist) {
		return s, missing(name)
	}
	if err != nil {
		return s, err
	}
	block := make([]controlBlock, 1)
	switch n, err := shmarena.Peek(arena, controlName, block); {
	case errors.Is(err, shmarena.ErrType), err == nil && (n != 1 || block[0].magic != controlMagic || block[0].version != controlVersion):
		return s, fmt.Errorf("%w of version %d of the control arena, which is what this program reads", ErrNoEngine, controlVersion)
	case errors.Is(err, fs.ErrNotExist):
		return s, fmt.Errorf("%w: arena %q is no engine's", ErrNoEngine, arena)
	case err != nil:
		return s, err
	}
	return block[0].snapshot(name, seen, pss)
}

// missing says why there is no control arena of that name.
func missing(name string) error {
	if _, err := shmarena.Inspect(name); err == nil {
		return fmt.Errorf("%w: the arena is there, but no engine with worker processes has it", ErrNoEngine)
	}
	return fmt.Errorf("%w: no arena of that name (an engine has one if its Config.Name says so; shmbench gc --dry-run lists arenas)", ErrNoEngine)
}

// snapshot is what a copy of the block says, with what the kernel knows of the members.
func (c *controlBlock) snapshot(name string, seen *shmarena.Inspection, pss bool) (Snapshot, error) {
	boss, known := seen.Member(futex.ID(c.member))
	if !known || !boss.Alive {
		return Snapshot{}, fmt.Errorf("%w: its coordinator has died; shmbench gc removes what is left", ErrNoEngine)
	}
	t := &c.totals
	s := Snapshot{Name: name, At: time.Now(), Started: time.Unix(0, c.started)}
	s.Jobs, s.Retries, s.Deaths = t.jobs.Load(), t.retries.Load(), t.deaths.Load()
	s.Restarts, s.Copied = t.restarts.Load(), t.copied.Load()
	s.Coordinator = usage(seen, futex.ID(c.member), pss)
	for i := range min(c.workers.Load(), maxWorkers) {
		slot := &c.worker[i]
		w := slot.seen(int(i))
		w.Usage = usage(seen, futex.ID(slot.member.Load()), pss)
		if m, known := seen.Member(futex.ID(slot.member.Load())); w.State != WorkerStarting && (!known || !m.Alive) {
			w.State = WorkerGone
		}
		s.Stats.add(&slot.workerStats)
		s.Workers = append(s.Workers, w)
	}
	s.Stats.add(&c.helped)
	s.Helper = c.helped.seen(helperIndex)
	return s, nil
}

// usage looks at the process of a member; zero if that is not to be had. The numbers in
// the arena are anybody's: that the process began when the member's did tells it from a
// stranger.
func usage(seen *shmarena.Inspection, id futex.ID, pss bool) Usage {
	m, ok := seen.Member(id)
	if !ok || !m.Alive || m.PIDNS != pidNamespace() {
		return Usage{}
	}
	u, err := procstat.Of(int(m.PID), pss)
	if err != nil || u.Start != m.Start {
		return Usage{}
	}
	return u
}

// pidNamespace is the number of this process's PID namespace, 0 if it is not known.
func pidNamespace() uint64 {
	text, _ := os.Readlink("/proc/self/ns/pid")
	n, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimPrefix(text, "pid:["), "]"), 10, 64)
	return n
}
