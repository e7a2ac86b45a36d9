package ostour

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// apart runs a measurement in a process of its own, whose address space it may spoil.
func apart(ctx context.Context, c process.Command) (o outcome, err error) {
	var text bytes.Buffer
	c.Stdout, c.Stderr = &text, io.Discard // but for its tail
	err = finish(ctx, c)
	if err == nil {
		err = json.Unmarshal(text.Bytes(), &o)
	}
	return o, err
}

// finish runs a process to its end, which must be a good one.
func finish(ctx context.Context, c process.Command) error {
	c.IgnoreInterrupt = true
	p, err := process.Start(c)
	if err != nil {
		return err
	}
	if err := p.Join(ctx); err != nil {
		return errors.Join(err, p.Kill(), p.Join(context.Background()))
	}
	if code, _ := p.ExitCode(); code != 0 {
		return fmt.Errorf("%v: %s", p, strings.TrimSpace(p.StderrTail()))
	}
	return nil
}

// say is the end of a measurement in a process of its own.
func say(o outcome, err error) error {
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

var (
	brkEntry   = process.NewEntry("shmbench/os/brk", func([]string) error { return say(growBrk()) })
	stackEntry = process.NewEntry("shmbench/os/stack", func([]string) error { return say(growStack()) })
)

func (s *stage) heapBrk(ctx context.Context) (outcome, error) {
	return apart(ctx, process.Command{Entry: brkEntry})
}
func (s *stage) stackMain(ctx context.Context) (outcome, error) {
	return apart(ctx, process.Command{Entry: stackEntry})
}

// growBrk moves the break, which Go does not use, and touches what came.
func growBrk() (o outcome, err error) {
	runtime.LockOSThread()
	at, _, _ := unix.RawSyscall(unix.SYS_BRK, 0, 0, 0)
	o.Want = blocks * blockPages / uint64(os.Getpagesize()/pageSize)
	o.Did, err = counting(faults, func() error {
		o.Values = timed(blocks, blockPages, func(int) {
			end, _, _ := unix.RawSyscall(unix.SYS_BRK, at+blockSize, 0, 0)
			for ; at < end; at += pageSize {
				store(at)
			}
		})
		return nil
	})
	return o, err
}

const stackPages = 256 // that the main thread's stack grows by

// growStack touches the pages below the main thread's stack, which makes the kernel
// move its lower end.
func growStack() (o outcome, err error) {
	low, err := stackLow()
	if err != nil {
		return o, err
	}
	at := low
	o.Values = timed(stackPages/batchPages, batchPages, func(int) {
		for range batchPages {
			at -= pageSize
			store(at)
		}
	})
	now, err := stackLow()
	o.Did, o.Want = uint64(low-now)/pageSize, stackPages
	return o, err
}

// stackLow is where the mapping of the main thread's stack begins.
func stackLow() (low uintptr, err error) {
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(maps)) {
		if strings.HasSuffix(line, "[stack]\n") {
			_, err = fmt.Sscanf(line, "%x-", &low)
			return low, err
		}
	}
	return 0, absence("/proc/self/maps names no stack")
}

const (
	frame      = 1 << 10
	goFrames   = 256
	goroutines = 8
)

// stackGoroutine lets new goroutines recurse.
func (s *stage) stackGoroutine(context.Context) (outcome, error) {
	var o outcome
	deepest := make(chan int)
	o.Values = timed(goroutines, goFrames*frame/pageSize, func(int) {
		go func() { deepest <- recurse(goFrames) }()
		o.Did += uint64(<-deepest)
	})
	o.Want = goroutines * goFrames
	return o, nil
}

// recurse takes a frame of the stack at each depth, and returns how many it took.
//
//go:noinline
func recurse(depth int) int {
	var room [frame]byte
	room[depth%frame] = 1
	if depth == 0 {
		return int(room[0]) - 1
	}
	return recurse(depth-1) + int(room[depth%frame])
}
