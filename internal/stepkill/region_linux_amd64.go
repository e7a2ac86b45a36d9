package stepkill

import (
	"fmt"
	"os"
	"reflect"
	"runtime"

	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// env tells a child that it will be stepped, or stopped at its system calls.
const (
	env     = "SHMENGINE_STEPKILL"
	inSteps = "1"
	inCalls = "calls"
)

// ready is what a child says when its thread can be taken hold of: the thread,
// and where the region begins and ends.
const ready = "stepkill: thread %d, from %d to %d"

// regions are what to do with a region, by the value of env.
var regions = map[string]func(*reexec.Child, func()){inSteps: stepped, inCalls: called}

// attached is the answer.
const attached = "stepkill: attached"

// Region runs f, which Run cuts in pieces. A child that was not started by Run
// just runs it. What the child says before its region is not heard.
func Region(c *reexec.Child, f func()) {
	region := regions[os.Getenv(env)]
	if region == nil {
		f()
		return
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Gettid() != unix.Getpid() {
		region(c, f)
		return
	}
	// The first thread stands for the process, for whose end others wait: as
	// long as this goroutine occupies it, another one is on another thread.
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		region(c, f)
	}()
	<-done
}

// stepped is Region on the thread that is stepped.
func stepped(c *reexec.Child, f func()) {
	c.Say(fmt.Sprintf(ready, unix.Gettid(), address(enter), address(leave)))
	if got := c.Hear(); got != attached {
		c.Fatalf("stepkill: child %q heard %q before its region", c.Name(), got)
	}
	runtime.Breakpoint() // stops the thread, which is traced by now
	enter(f)
}

// enter is where the region begins: the first step is its first instruction.
//
//go:noinline
func enter(f func()) {
	f()
	leave()
}

// leave is where the region ends.
//
//go:noinline
func leave() {}

func address(f any) uintptr { return reflect.ValueOf(f).Pointer() }
