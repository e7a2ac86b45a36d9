package reexec

import (
	"fmt"
	"os"
	"sync"
)

// Child is the child's view of itself and its way to talk to the test.
type Child struct {
	// Args are the arguments that the test gave to Start.
	Args []string

	name    string
	files   []*os.File
	wire    *wire
	heard   *mailbox
	cleanup []func()

	mu    sync.Mutex
	armed map[string]bool
	gate  chan struct{} // closed by the next Resume
}

// At reports that the child has reached the named point. If the test has armed
// the point, the calling goroutine stops there until [Proc.Resume].
func (c *Child) At(point string) {
	c.mu.Lock()
	armed, gate := c.armed[point], c.gate
	c.mu.Unlock()
	if !armed {
		c.send(kindPassed, point)
		return
	}
	c.send(kindHeld, point)
	<-gate
}

// Say sends a line to the test, which reads it with [Proc.Hear].
func (c *Child) Say(line string) { c.send(kindSay, line) }

// Hear returns the next line that the test sent with [Proc.Say].
func (c *Child) Hear() string {
	for {
		s, ok, closed, change := c.heard.take()
		switch {
		case ok:
			return s
		case closed:
			os.Exit(exitOrphaned)
		}
		<-change
	}
}

// Name returns the name under which the function was registered.
func (c *Child) Name() string { return c.name }

// Helper does nothing. With it, a Child can stand in for a [testing.TB] in
// helpers that ask for few of its methods.
func (c *Child) Helper() {}

// Cleanup has f called when the child's function returns, last one first. A
// child that is killed, or fails, cleans up nothing.
func (c *Child) Cleanup(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleanup = append(c.cleanup, f)
}

// Logf prints to the child's output, which the test shows if it fails.
func (c *Child) Logf(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// Fatalf prints and ends the child with a code that fails the test.
func (c *Child) Fatalf(format string, args ...any) {
	c.Logf(format, args...)
	os.Exit(exitFatal)
}

// Errorf is Fatalf: a child that is wrong does not go on.
func (c *Child) Errorf(format string, args ...any) { c.Fatalf(format, args...) }

// Skipf is Fatalf: whether a test is skipped is decided before its child starts.
func (c *Child) Skipf(format string, args ...any) { c.Fatalf(format, args...) }

func (c *Child) send(k kind, text string) {
	if err := c.wire.send(k, text); err != nil {
		c.Fatalf("reexec: child %q cannot reach its test: %v", c.name, err)
	}
}

func (c *Child) end() {
	for len(c.cleanup) > 0 {
		last := len(c.cleanup) - 1
		f := c.cleanup[last]
		c.cleanup = c.cleanup[:last]
		f()
	}
}

// listen obeys the test until it is gone, and ends the process then.
func (c *Child) listen() {
	for {
		k, text, err := c.wire.receive()
		if err != nil {
			os.Exit(exitOrphaned)
		}
		switch k {
		case kindSay:
			c.heard.put(text)
		case kindArm:
			c.mu.Lock()
			c.armed[text] = true
			c.mu.Unlock()
			c.send(kindArmed, text)
		case kindResume:
			c.mu.Lock()
			close(c.gate)
			c.gate = make(chan struct{})
			c.mu.Unlock()
		}
	}
}
