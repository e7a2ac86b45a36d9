package ostour

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// How many of each are created in one measurement.
const (
	manyGoroutines = 1000
	groupOf        = 10 // goroutines, one after the other
	manyThreads    = 20
	manyForks      = 10
	manyPrograms   = 4
	manyTwins      = 40
)

func (s *stage) createGoroutine(context.Context) (o outcome, err error) {
	done := make(chan struct{})
	o.Want = manyGoroutines
	o.Values = timed(manyGoroutines/groupOf, groupOf, func(int) {
		for range groupOf {
			go func() { done <- struct{}{} }()
			<-done
			o.Did++
		}
	})
	return o, nil
}

// createThread has goroutines end that are locked to their threads, which end with them.
// Each must have had another.
func (s *stage) createThread(context.Context) (o outcome, err error) {
	seen, ids := map[int]bool{}, make(chan int)
	o.Want = manyThreads
	o.Values = timed(manyThreads, 1, func(int) {
		go func() {
			runtime.LockOSThread() // for good: that ends the thread
			ids <- unix.Gettid()
		}()
		seen[<-ids] = true
	})
	o.Did = uint64(len(seen))
	return o, nil
}

func (s *stage) createPthread(ctx context.Context) (outcome, error) { return s.inC(ctx, pthread) }
func (s *stage) createVfork(ctx context.Context) (outcome, error)   { return s.inC(ctx, vfork) }

// inC has the C program measure.
func (s *stage) inC(ctx context.Context, what string) (outcome, error) {
	return apart(ctx, process.Command{Path: s.twin.Path(), Args: []string{what, itoa(manyTwins)}})
}

// createFork copies this process, whose child ends at once.
func (s *stage) createFork(context.Context) (o outcome, err error) {
	o.Want = manyForks
	o.Values = timed(manyForks, 1, func(int) {
		pid, errno := fork()
		if errno != 0 {
			err = os.NewSyscallError("clone", errno)
			return
		}
		if code, werr := wait(int(pid)); werr != nil || code != forkCode {
			err = fmt.Errorf("a forked child: exit code %d, %w", code, werr)
			return
		}
		o.Did++
	})
	return o, err
}

const forkCode = 7 // of a forked child

// fork copies this process. The child has one thread, none of Go's others, so it does
// nothing but end: no allocation, no stack that grows, no call into the runtime.
//
//go:norace
//go:noinline
func fork() (pid uintptr, errno unix.Errno) {
	pid, _, errno = unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	for errno == 0 && pid == 0 {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, forkCode, 0, 0)
	}
	return pid, errno
}

// wait waits for a child of ours, and no other.
func wait(pid int) (code int, err error) {
	var status unix.WaitStatus
	for {
		_, err = unix.Wait4(pid, &status, 0, nil)
		if !errors.Is(err, unix.EINTR) {
			return status.ExitStatus(), os.NewSyscallError("wait4", err)
		}
	}
}

// createExec starts a program that does nothing.
func (s *stage) createExec(ctx context.Context) (o outcome, err error) {
	path, err := exec.LookPath("true")
	if err != nil {
		return o, absence("there is no program true")
	}
	o.Want = manyPrograms
	o.Values = timed(manyPrograms, 1, func(int) {
		if rerr := exec.CommandContext(ctx, path).Run(); rerr != nil {
			err = rerr
			return
		}
		o.Did++
	})
	return o, err
}

var nothing = process.NewEntry("shmbench/os/nothing", func([]string) error { return nil })

// createEngine starts this program again, by package engine/process.
func (s *stage) createEngine(ctx context.Context) (o outcome, err error) {
	o.Want = manyPrograms
	o.Values = timed(manyPrograms, 1, func(int) {
		if ferr := finish(ctx, process.Command{Entry: nothing}); ferr != nil {
			err = ferr
			return
		}
		o.Did++
	})
	return o, err
}
