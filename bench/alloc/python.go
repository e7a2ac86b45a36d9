package alloc

import (
	"context"
	_ "embed"
	"errors"
	"os/exec"
	"time"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

//go:embed alloc.py
var pyScript string

// startPython starts a worker in Python; without a python3 it is left out.
func (s *stage) startPython(ctx context.Context, system string) (err error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		s.missing[system] = "there is no python3"
		return nil
	}
	r, lifeline, err := worker.NewPipe()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	s.closers = append(s.closers, lifeline.Close)
	if err := s.add(system, 1, process.Command{Path: path, Args: []string{"-c", pyScript, system}}, r); err != nil {
		return err
	}
	limited, cancel := context.WithTimeoutCause(ctx, patience, errHang)
	defer cancel()
	s.pyHello, err = s.crews[system].members[0].Hear(limited, "hello")
	if err != nil && limited.Err() == nil {
		return s.withoutPython(system, err)
	}
	return err
}

// withoutPython leaves a system out whose program does not begin: a Python without
// shared_memory, for one.
func (s *stage) withoutPython(system string, why error) error {
	m := s.crews[system].members[0]
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = m.Child.Join(ctx) // its last words are complete then
	s.missing[system] = m.Lost(why).Error()
	delete(s.crews, system)
	return worker.Close([]*worker.Worker{m.Worker})
}
