//go:build !linux

package reexec

import (
	"errors"
	"os"
)

type system struct{}

// Start skips the test: there are no such children on this system.
func Start(tb TB, name string, o Options) *Proc {
	tb.Helper()
	tb.Skipf("reexec: start child %q: %v", name, errors.ErrUnsupported)
	return nil
}

func newChild(string) (*Child, error) { return nil, errors.ErrUnsupported }

// File returns the i-th file that the test gave to Start.
func (c *Child) File(i int) *os.File { return c.files[i] }

// PID returns the child's process id.
func (p *Proc) PID() int { return 0 }

// Name returns the name of the child's function.
func (p *Proc) Name() string { return p.name }

// Kill kills the child with SIGKILL and reaps it.
func (p *Proc) Kill() State { return State{} }

// Stop stops all threads of the child with SIGSTOP.
func (p *Proc) Stop() {}

// Cont lets a stopped child go on.
func (p *Proc) Cont() {}

// Wait returns how the child ended, once it has.
func (p *Proc) Wait() State { return State{} }

func (p *Proc) ended() string { return errors.ErrUnsupported.Error() }
