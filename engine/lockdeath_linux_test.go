package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"structs"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// A guarded is a lock in the arena, and who has it.
type guarded struct {
	_    structs.HostLayout
	lock futex.Mutex
	pid  atomic.Uint32 // of the worker that holds the lock; set by it, cleared by the test
}

type keepArgs struct {
	Row   In[byte] // one, so that one worker keeps the lock
	Where shmarena.Array[guarded]
}

// keepLock takes the lock and keeps it until its process is killed.
var keepLock = NewKernel("test/keeplock", NoRetry, func(_ *Task, k keepArgs) error {
	a, ok := k.Where.Arena()
	if !ok {
		return errTrouble
	}
	g := &k.Where.Slice()[0]
	if err := g.lock.Lock(context.Background(), a.Member()); err != nil {
		return err
	}
	g.pid.Store(uint32(unix.Getpid()))
	select {}
})

// A keeper is an engine whose workers take a lock and are killed with it.
type keeper struct {
	e    *Engine
	args keepArgs
	g    *guarded
	calm time.Duration // before the kill: the one who waits falls asleep
}

func newKeeper(tb testing.TB) *keeper {
	e := start(tb, Config{Workers: 2})
	k := &keeper{e: e, calm: 3 * time.Millisecond}
	k.args.Row = InOf(share(tb, e, []byte{0}))
	k.args.Where = share(tb, e, make([]guarded, 1))
	k.g = &k.args.Where.Slice()[0]
	return k
}

// death has a worker take the lock, waits for the lock, and kills the worker. It
// returns the time from the kill until this process has the lock.
func (k *keeper) death(ctx context.Context) (time.Duration, error) {
	job := make(chan error, 1)
	go func() { job <- keepLock.Run(ctx, k.e, 1, k.args) }()
	for k.g.pid.Load() == 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	pid := int(k.g.pid.Swap(0))
	got := make(chan error, 1)
	var at time.Time
	mb := k.e.Arena().Member()
	go func() {
		err := k.g.lock.Lock(ctx, mb)
		at = time.Now()
		got <- err
	}()
	time.Sleep(k.calm) // it is asleep now, or the time is a shorter one
	killed := time.Now()
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		return 0, err
	}
	if err := <-got; !errors.Is(err, futex.ErrOwnerDied) {
		return 0, fmt.Errorf("lock of worker %d: %w", pid, err)
	}
	k.g.lock.MarkConsistent(mb)
	k.g.lock.Unlock(mb)
	var we *WorkerError
	if err := <-job; !errors.As(err, &we) || we.PID != pid {
		return 0, fmt.Errorf("job of worker %d: %w", pid, err)
	}
	return at.Sub(killed), nil
}

// A kernel may take locks in the arena: when its worker is killed, the job fails
// and whoever waits for the lock has it, each time.
func TestLockOfAKilledWorker(t *testing.T) {
	k := newKeeper(t)
	for range 5 {
		if _, err := k.death(deadline(t, patience)); err != nil {
			t.Fatal(err)
		}
	}
	if d := k.e.Stats().Deaths; d != 5 {
		t.Errorf("%d deaths, want 5", d)
	}
}

// BenchmarkLockOfAKilledWorker is the time from kill -9 of a worker that holds a
// lock until the coordinator, which waits for it, has it.
// "shmbench lock --case mutex/ownerdeath" is the same without an engine.
func BenchmarkLockOfAKilledWorker(b *testing.B) {
	k := newKeeper(b)
	k.calm = 20 * time.Millisecond // the replacement of the last one has started, and sleeps
	var all []time.Duration
	for b.Loop() {
		d, err := k.death(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, d)
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-us")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-us")
	b.ReportMetric(float64(all[len(all)-1].Microseconds()), "max-us")
}
