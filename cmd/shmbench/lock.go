package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/lock"
)

// lockFlags are those of the command lock.
type lockFlags struct{ suiteFlags }

const lockLong = `lock measures the locks of package futex beside those of package sync, of the C
library (pthread mutexes, process-shared and robust, reader-writer locks, barriers and
condition variables; sem_t) and of the kernel (F_OFD_SETLKW): on two processes that are
pinned to two CPUs, or on four, in rounds that interleave all systems.

The C side is compiled on the spot, with cc -O3 -march=native, and does step for step
what the Go side does. Without a C compiler it is left out. Every operation is counted
and compared before any figure is printed.`

const lockExamples = `  shmbench lock                             all cases
  shmbench lock --case mutex                those of the mutex
  shmbench lock --case 'mutex/[uc]*' --reps 31
  shmbench lock --json > lock.ndjson        for programs`

// newLock is the command that measures the locks.
func newLock() *cobra.Command {
	f := &lockFlags{}
	cmd := &cobra.Command{
		Use: "lock", Short: "Measure locks between processes, side by side", Long: lockLong, Example: lockExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(cmd, lock.Cases(), "rounds `N`; a third of them where a measurement takes a second", "falsify the last count of `SYSTEM`: it must be noticed")
	return cmd
}

// options checks what the flags' own types cannot.
func (f *lockFlags) options() (lock.Options, error) {
	if err := f.check(); err != nil {
		return lock.Options{}, err
	}
	o := lock.Options{Case: f.pattern, Reps: f.reps, Seconds: f.seconds, Corrupt: f.corrupt}
	return o, o.Validate()
}

func (f *lockFlags) run(cmd *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *lockFlags) work(cmd *cobra.Command, o lock.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m lock.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := lock.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "repeat:", repeatLock(rep.Meta.Settings))
	return err
}

// repeatLock returns the command that does the same again.
func repeatLock(s lock.Settings) string {
	return strings.Join(repeatSuite(lock.Suite, s.Case, s.Reps, s.Seconds), " ")
}
