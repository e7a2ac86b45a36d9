package reexec

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// TB is the part of [testing.TB] that this package uses.
type TB interface {
	Helper()
	Cleanup(func())
	Context() context.Context
	Failed() bool
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Options say what a child gets. The zero value is a child without any of it.
type Options struct {
	Args    []string      // the child's Args
	Files   []*os.File    // the child's File(0) and so on; the test keeps its own
	Env     []string      // "KEY=value", before those of the test's environment
	Arm     []string      // points at which the child stops from the beginning
	Timeout time.Duration // bound of each wait for the child; 0 is 5 minutes
}

// patience is how long a child may take for anything, unless Options say
// otherwise: long enough for a loaded machine, shorter than the ten minutes that go test gives.
const patience = 5 * time.Minute

// Proc is the test's view of a child.
type Proc struct {
	tb      TB
	name    string
	timeout time.Duration
	wire    *wire
	output  *os.File // what the child prints, both streams
	lines   *mailbox // what it said
	points  *mailbox // what it reached: a kind and a name
	answers *mailbox // answers to Arm
	armed   map[string]bool
	sys     system

	mu   sync.Mutex
	last string // the last thing the child reported, for messages
}

// State is how a child ended.
type State struct {
	Code   int       // exit code; -1 after a signal
	Signal os.Signal // the signal that killed it, or nil
}

// Killed reports whether it was SIGKILL that ended the child.
func (s State) Killed() bool { return s.Signal == os.Kill }

func (s State) String() string {
	if s.Signal != nil {
		return fmt.Sprintf("killed by signal %v", s.Signal)
	}
	return fmt.Sprintf("exit code %d", s.Code)
}

// Arm makes the child stop at the point from now on, and returns when the
// child knows. A point that the child may reach at once belongs into
// Options.Arm.
func (p *Proc) Arm(point string) {
	p.tb.Helper()
	p.send(kindArm, point)
	p.next(p.answers, "take note of the armed point "+point)
	p.armed[point] = true
}

// WaitAt returns when the child has reached the point: it is stopped there if
// the point is armed, and has passed it otherwise. Reports of other points are
// skipped, and so are passages of this point from before it was armed.
func (p *Proc) WaitAt(point string) {
	p.tb.Helper()
	passed := 0
	for {
		what := "reach the point " + point
		if passed > 0 {
			what += fmt.Sprintf(" (it passed %d times before the point was armed: see Options.Arm)", passed)
		}
		s := p.next(p.points, what)
		if s[1:] != point {
			continue
		}
		if kind(s[0]) == kindHeld || !p.armed[point] {
			return
		}
		passed++
	}
}

// Resume lets everything go on that is stopped at a point. The point stays
// armed.
func (p *Proc) Resume() {
	p.tb.Helper()
	p.send(kindResume, "")
}

// Say sends a line to the child, which reads it with [Child.Hear].
func (p *Proc) Say(line string) {
	p.tb.Helper()
	p.send(kindSay, line)
}

// Hear returns the next line that the child sent with [Child.Say].
func (p *Proc) Hear() string {
	p.tb.Helper()
	return p.next(p.lines, "say something")
}

// Expect fails the test unless the next line of the child is this one.
func (p *Proc) Expect(line string) {
	p.tb.Helper()
	if got := p.Hear(); got != line {
		p.tb.Fatalf("reexec: child %q said %q, want %q%s", p.name, got, line, p.story())
	}
}

// Output returns what the child has printed so far.
func (p *Proc) Output() string {
	st, err := p.output.Stat()
	if err != nil {
		return ""
	}
	b := make([]byte, st.Size())
	n, _ := p.output.ReadAt(b, 0)
	return string(b[:n])
}

func (p *Proc) send(k kind, text string) {
	p.tb.Helper()
	if err := p.wire.send(k, text); err != nil {
		p.tb.Fatalf("reexec: child %q cannot be told %q: %v%s", p.name, text, err, p.story())
	}
}

// next takes from a mailbox, or ends the test.
func (p *Proc) next(m *mailbox, what string) string {
	p.tb.Helper()
	ctx, cancel := p.deadline()
	defer cancel()
	for {
		s, ok, closed, change := m.take()
		switch {
		case ok:
			return s
		case closed:
			p.tb.Fatalf("reexec: child %q ended (%s) before it did %s%s", p.name, p.ended(), what, p.story())
		}
		select {
		case <-change:
		case <-ctx.Done():
			p.tb.Fatalf("reexec: child %q did not %s within %v%s", p.name, what, p.timeout, p.story())
		}
	}
}

// deadline bounds a wait by the test and by the time-out. In a clean-up the
// test's context is over, and only the time-out counts.
func (p *Proc) deadline() (context.Context, context.CancelFunc) {
	ctx := p.tb.Context()
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return context.WithTimeout(ctx, p.timeout)
}

// listen sorts what the child reports until it is gone.
func (p *Proc) listen() {
	defer func() {
		for _, m := range []*mailbox{p.lines, p.points, p.answers} {
			m.close()
		}
	}()
	for {
		k, text, err := p.wire.receive()
		if err != nil {
			return
		}
		p.note(k, text)
		switch k {
		case kindSay:
			p.lines.put(text)
		case kindPassed, kindHeld:
			p.points.put(string(rune(k)) + text)
		case kindArmed:
			p.answers.put(text)
		}
	}
}

func (p *Proc) note(k kind, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch k {
	case kindSay:
		p.last = fmt.Sprintf("it said %q", text)
	case kindPassed:
		p.last = fmt.Sprintf("it passed the point %q", text)
	case kindHeld:
		p.last = fmt.Sprintf("it stopped at the point %q", text)
	}
}

// story is what is known of the child, for the end of a message.
func (p *Proc) story() string {
	p.mu.Lock()
	last := p.last
	p.mu.Unlock()
	if last == "" {
		last = "it reported nothing"
	}
	s := "; last, " + last
	if out := tail(p.Output()); out != "" {
		s += "; its output:\n" + out
	}
	return s
}

// tail is the end of a long output.
func tail(s string) string {
	const most = 8 << 10
	s = strings.TrimSpace(s)
	if len(s) > most {
		s = "..." + s[len(s)-most:]
	}
	return s
}
