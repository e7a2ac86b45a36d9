package main

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/lock"
)

// lockFlags are those of the command lock.
type lockFlags struct {
	pattern string
	reps    int
	seconds float64
	json    bool
	corrupt string
}

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
	f.register(cmd)
	return cmd
}

// noArguments refuses what is no flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q (see %s --help)", args[0], cmd.CommandPath())
	}
	return nil
}

func (f *lockFlags) register(cmd *cobra.Command) {
	add := cmd.Flags()
	add.StringVar(&f.pattern, "case", "", "only the cases whose names match `PATTERN`, such as 'mutex/*', or mutex for the same:\n"+strings.Join(lock.Cases(), ", "))
	add.IntVar(&f.reps, "reps", 9, "rounds `N`; a third of them where a measurement takes a second")
	add.Float64Var(&f.seconds, "seconds", 40, "about how long `S` a run of 9 rounds of all cases takes: its measurements get longer or shorter")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.StringVar(&f.corrupt, "corrupt", "", "falsify the last count of `SYSTEM`: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for name, group := range map[string]string{"case": "Work", "reps": "Work", "seconds": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
}

// options checks what the flags' own types cannot.
func (f *lockFlags) options() (lock.Options, error) {
	if f.reps < 1 {
		return lock.Options{}, fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	if f.seconds == 0 {
		return lock.Options{}, fmt.Errorf("--seconds 0: want more")
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
	words := append(program(), "lock", "--reps", strconv.Itoa(s.Reps), "--seconds", strconv.FormatFloat(s.Seconds, 'g', -1, 64))
	if s.Case != "" {
		words = append(words, "--case", quote(s.Case))
	}
	return strings.Join(words, " ")
}
