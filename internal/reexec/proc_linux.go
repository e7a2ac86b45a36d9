package reexec

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// system is what the kernel knows of a child.
type system struct {
	pid   int
	pidfd *os.File

	mu      sync.Mutex
	reaped  bool
	state   State
	awaited bool // the test has asked how it ended, or has ended it
}

// Start starts a child that runs the function of this name, which is already
// running when Start returns.
func Start(tb TB, name string, o Options) *Proc {
	tb.Helper()
	if registry[name] == nil {
		tb.Fatalf("reexec: no function %q is registered, only %s", name, names())
	}
	p := &Proc{
		tb: tb, name: name, timeout: o.Timeout,
		lines: newMailbox(), points: newMailbox(), answers: newMailbox(),
		armed: map[string]bool{},
	}
	if p.timeout == 0 {
		p.timeout = patience
	}
	for _, point := range o.Arm {
		p.armed[point] = true
	}
	if err := p.start(o); err != nil {
		tb.Fatalf("reexec: start child %q: %v", name, err)
	}
	tb.Cleanup(p.cleanup)
	go p.listen()
	return p
}

// start prepares the child's end of things and creates the process.
func (p *Proc) start(o Options) (err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	far := os.NewFile(uintptr(pair[1]), "reexec:child")
	defer far.Close()
	if err := unix.SetNonblock(pair[0], true); err != nil {
		unix.Close(pair[0])
		return err
	}
	p.wire = &wire{f: os.NewFile(uintptr(pair[0]), "reexec:test")}
	defer func() {
		if err != nil {
			p.release()
		}
	}()
	if p.output, err = newOutput(); err != nil {
		return err
	}
	for _, point := range o.Arm {
		if err := p.wire.send(kindArm, point); err != nil {
			return err
		}
	}
	if err := p.wire.send(kindStart, strconv.Itoa(len(o.Files))); err != nil {
		return err
	}
	p.sys.pid, p.sys.pidfd, err = spawn(p.name, o, p.output, far)
	return err
}

// newOutput returns the file that takes a child's output: it needs no reader,
// and what was printed is there however the child ended.
func newOutput() (*os.File, error) {
	fd, err := unix.MemfdCreate("reexec", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "memfd:reexec"), nil
}

// PID returns the child's process id.
func (p *Proc) PID() int { return p.sys.pid }

// Name returns the name of the child's function.
func (p *Proc) Name() string { return p.name }

// Kill kills the child with SIGKILL and reaps it. It may have ended already.
func (p *Proc) Kill() State {
	p.tb.Helper()
	if !p.sys.isReaped() {
		_ = unix.Kill(p.sys.pid, unix.SIGKILL)
	}
	return p.Wait()
}

// Stop stops all threads of the child with SIGSTOP, and returns when they have
// stopped.
func (p *Proc) Stop() {
	p.tb.Helper()
	p.signal(unix.SIGSTOP, unix.WSTOPPED, "stop")
}

// Cont lets a stopped child go on.
func (p *Proc) Cont() {
	p.tb.Helper()
	p.signal(unix.SIGCONT, unix.WCONTINUED, "continue")
}

// signal sends a job control signal and waits until it has taken effect.
func (p *Proc) signal(sig unix.Signal, event int, what string) {
	p.tb.Helper()
	if p.sys.isReaped() {
		p.tb.Fatalf("reexec: child %q cannot %s: it has ended", p.name, what)
	}
	if err := unix.Kill(p.sys.pid, sig); err != nil {
		p.tb.Fatalf("reexec: %s child %q: %v", what, p.name, err)
	}
	ctx, cancel := p.deadline()
	defer cancel()
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		ok, err := changed(p.sys.pid, event)
		switch {
		case err != nil:
			p.tb.Fatalf("reexec: %s child %q: %v", what, p.name, err)
		case ok:
			return
		case ctx.Err() != nil:
			p.tb.Fatalf("reexec: child %q did not %s within %v%s", p.name, what, p.timeout, p.story())
		}
		time.Sleep(pause)
	}
}

// Wait returns how the child ended, once it has.
func (p *Proc) Wait() State {
	p.tb.Helper()
	st, err := p.sys.wait(p.timeout)
	if err != nil {
		p.tb.Fatalf("reexec: wait for child %q to end: %v%s", p.name, err, p.story())
	}
	p.sys.mu.Lock()
	p.sys.awaited = true
	p.sys.mu.Unlock()
	return st
}

// ended describes the end of a child that has closed its control channel.
func (p *Proc) ended() string {
	st, err := p.sys.wait(p.timeout)
	if err != nil {
		return err.Error()
	}
	return st.String()
}

// cleanup ends the child with the test. A child that failed by itself, without
// the test having asked, fails the test.
func (p *Proc) cleanup() {
	p.tb.Helper()
	defer p.release()
	expected := p.sys.settled()
	if !expected {
		_ = unix.Kill(p.sys.pid, unix.SIGKILL)
	}
	st, err := p.sys.wait(p.timeout)
	switch {
	case err != nil:
		p.tb.Errorf("reexec: child %q cannot be killed: %v", p.name, err)
	case !expected && !st.Killed() && st.Code != 0:
		p.tb.Errorf("reexec: child %q failed: %v", p.name, st)
	case raced(p.Output()):
		p.tb.Errorf("reexec: child %q has a data race", p.name)
	}
	if out := tail(p.Output()); out != "" && p.tb.Failed() {
		p.tb.Logf("reexec: output of child %q (%v):\n%s", p.name, st, out)
	}
}

// release gives back the test's descriptors.
func (p *Proc) release() {
	for _, f := range []*os.File{p.wire.f, p.output, p.sys.pidfd} {
		if f != nil {
			f.Close()
		}
	}
}

func (s *system) isReaped() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reaped
}

func (s *system) settled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.awaited
}

// wait reaps the process, however many ask for it.
func (s *system) wait(timeout time.Duration) (State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reaped {
		return s.state, nil
	}
	if err := awaitExit(s.pidfd, timeout); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return State{}, fmt.Errorf("still running after %v", timeout)
		}
		return State{}, err
	}
	st, err := reap(s.pid)
	if err != nil {
		return State{}, err
	}
	s.state, s.reaped = st, true
	return st, nil
}
