package ostour

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/twin"
)

// stage is what the probes work with.
type stage struct {
	cpus   []int // one, or two
	twin   *twin.Program
	noTwin error
	plain  plainCopy
}

func newStage(ctx context.Context) (*stage, error) {
	cpus, err := machine.CPUs()
	if err != nil {
		return nil, err
	}
	s := &stage{cpus: cpus[:min(len(cpus), 2)]}
	s.twin, s.noTwin = newTwin(ctx)
	if s.noTwin != nil && !errors.Is(s.noTwin, twin.ErrNone) {
		return nil, s.noTwin
	}
	return s, nil
}

func (s *stage) close() error {
	err := s.plain.close()
	if s.twin != nil {
		err = errors.Join(err, s.twin.Close())
	}
	return err
}

// probes returns what measures each system of each case.
func (s *stage) probes() map[string]probe {
	all := map[string]probe{
		"touch 4KiB": s.touchSmall, "touch shm": s.touchShm, "touch fallocated": s.touchFallocated,
		"touch populate": s.touchPopulate, "touch huge": s.touchHuge,
		"cow copy": s.cowCopy, "cow fault": s.cowFault,
		"heap mmap": s.heapMmap, "heap brk": s.heapBrk, "heap go": s.heapGo,
		"stack main": s.stackMain, "stack goroutines": s.stackGoroutine,
		"line two-cpus":     s.line,
		"create goroutines": s.createGoroutine, "create thread": s.createThread, "create pthread": s.createPthread,
		"create vfork": s.createVfork, "create fork": s.createFork, "create exec": s.createExec, "create engine": s.createEngine,
		"switch none": s.switchNone, "switch goroutines": s.switchGoroutines, "switch threads": s.switchThreads,
		"switch processes": s.switchProcesses, "switch other-cpu": s.switchOtherCPU,
		"usage first": s.usageFirst, "usage again": s.usageAgain,
		"call function": s.callFunction, "call getppid": s.callGetppid, "call getppid-go": s.callGetppidGo,
		"clock time.Now": s.clockNow, "clock system-call": s.clockCall,
	}
	for _, n := range tlbPages {
		all[tlb+itoa(n)+" "+small] = func(context.Context) (outcome, error) { return s.chase(n, unix.MADV_NOHUGEPAGE, apartPlace) }
		all[tlb+itoa(n)+" "+dense] = func(context.Context) (outcome, error) { return s.chase(n, unix.MADV_NOHUGEPAGE, closePlace) }
		all[tlb+itoa(n)+" "+huge] = func(context.Context) (outcome, error) { return s.chase(n, unix.MADV_HUGEPAGE, apartPlace) }
	}
	return all
}

// absent says what cannot be measured, as far as that is known before it is tried.
func (s *stage) absent(list []subject) map[string]string {
	all := map[string]string{}
	for _, c := range list {
		for _, name := range c.systems {
			switch {
			case (name == pthread || name == vfork) && s.noTwin != nil:
				all[c.name+" "+name] = reason(s.noTwin)
			case (c.name == "line" || name == "other-cpu") && len(s.cpus) < 2:
				all[c.name+" "+name] = "there is one CPU"
			}
		}
	}
	return all
}

// reason is the first line of an error.
func reason(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// pinned runs f on a thread of its own that is bound to a CPU, and ends with it.
func (s *stage) pinned(cpu int, f func() (outcome, error)) (o outcome, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // for good: the thread is not to be used by others
		if err = pinThread(cpu); err == nil {
			o, err = f()
		}
	}()
	<-done
	return o, err
}

func pinThread(cpu int) error {
	var set unix.CPUSet
	set.Set(cpu)
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return fmt.Errorf("pin to CPU %d: %w", cpu, os.NewSyscallError("sched_setaffinity", err))
	}
	return nil
}

// timed runs batches and returns what each operation of them took, in ns.
func timed(batches, operations int, batch func(i int)) []float64 {
	values := make([]float64, batches)
	for i := range values {
		begin := time.Now()
		batch(i)
		values[i] = float64(time.Since(begin).Nanoseconds()) / float64(operations)
	}
	return values
}

// threadUsage is what the kernel has counted for this thread.
func threadUsage() (u unix.Rusage, err error) {
	return u, os.NewSyscallError("getrusage", unix.Getrusage(unix.RUSAGE_THREAD, &u))
}

// counting runs f and returns how much of a count came of it.
func counting(of func(*unix.Rusage) int64, f func() error) (uint64, error) {
	before, err := threadUsage()
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := threadUsage()
	return uint64(of(&after) - of(&before)), err
}

func faults(u *unix.Rusage) int64 { return int64(u.Minflt) }

// switches are those that the thread asked for by sleeping, and those that came of waking the
// other, who ran at once.
func switches(u *unix.Rusage) int64 { return int64(u.Nvcsw) + int64(u.Nivcsw) }
