package proc

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shmengine/shmengine/bench/proc/stamp"
	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/engine/process"
)

// idleFor is how long both sides of standby/idle2ms sleep.
const idleFor = 2 * time.Millisecond

// engineSystem is package engine/process.
type engineSystem struct {
	child *twin.Program // nil for this program again
	r, w  *os.File      // of the stamps
	hot   *process.Starter
}

// newEngine makes a system whose children run a program, which is its to close.
func newEngine(child *twin.Program) (system, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, closeProgram(child))
	}
	return &engineSystem{child: child, r: r, w: w}, nil
}

// closeProgram closes a program, if there is one.
func closeProgram(p *twin.Program) error {
	if p == nil {
		return nil
	}
	return p.Close()
}

// command is how children are started. The spare is told apart from others by nothing.
func (e *engineSystem) command() process.Command {
	c := process.Command{Files: []*os.File{e.w}, Stderr: io.Discard, IgnoreInterrupt: true}
	if e.child != nil {
		c.Path = e.child.Path()
	}
	return c
}

func (e *engineSystem) close() error {
	err := errors.Join(e.r.Close(), e.w.Close())
	if e.hot != nil {
		err = errors.Join(err, e.hot.Close())
	}
	return errors.Join(err, closeProgram(e.child))
}

func (e *engineSystem) measure(ctx context.Context, kind string, n int) (list []sample, err error) {
	one := e.fresh
	if kind == kindHot || kind == kindIdle {
		one = e.standby
		if err := e.warm(ctx); err != nil {
			return nil, err
		}
	}
	for range n {
		s, err := one(ctx, kind)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// fresh starts a process, and sees it to its end.
func (e *engineSystem) fresh(ctx context.Context, kind string) (s sample, err error) {
	c := e.command()
	c.Entry = stamp.Entry
	if kind == kindDeath {
		c.Args = []string{stamp.Stay}
	}
	s[0] = stamp.Clock()
	p, err := process.Start(c)
	if err != nil {
		return s, err
	}
	stop := context.AfterFunc(ctx, func() { _ = p.Kill() })
	defer stop()
	want := 0
	if kind == kindDeath {
		if _, err = e.read(ctx); err != nil {
			return s, errors.Join(err, p.Kill())
		}
		time.Sleep(idleFor) // both sides asleep, as in life
		want, s[0] = -9, stamp.Clock()
		if err = p.Kill(); err != nil {
			return s, err
		}
		s[1] = s[0]
	}
	<-p.Done()
	if err = p.Join(ctx); err != nil {
		return s, err
	}
	s[2] = stamp.Clock()
	if got, _ := p.ExitCode(); got != want {
		return s, fmt.Errorf("%v, not exit code %d: %s", p, want, p.StderrTail())
	}
	if kind != kindDeath {
		s[1], err = e.read(ctx)
	}
	return s, err
}

// warm has the process of the Starter do one job.
func (e *engineSystem) warm(ctx context.Context) (err error) {
	if e.hot == nil {
		e.hot, err = process.NewStarter(process.Config{Method: process.Standby, Most: 1, Jobs: 1 << 30, Command: e.command()})
		if err != nil {
			return err
		}
	}
	_, err = e.standby(ctx, kindHot)
	return err
}

// standby hands one job to a process that is there.
func (e *engineSystem) standby(ctx context.Context, kind string) (s sample, err error) {
	if kind == kindIdle {
		time.Sleep(idleFor)
	}
	s[0] = stamp.Clock()
	j, err := e.hot.Start(ctx, stamp.Entry)
	if err != nil {
		return s, err
	}
	if err := j.Join(ctx); err != nil {
		return s, err
	}
	s[2] = stamp.Clock()
	if got, known := j.ExitCode(); got != 0 || !known {
		return s, fmt.Errorf("job: exit code %d: %s", got, j.StderrTail())
	}
	s[1], err = e.read(ctx)
	return s, err
}

// read reads a stamp.
func (e *engineSystem) read(ctx context.Context) (int64, error) {
	stop := context.AfterFunc(ctx, func() { _ = e.r.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := e.r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	var b [8]byte
	if _, err := io.ReadFull(e.r, b[:]); err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(b[:])), nil
}
