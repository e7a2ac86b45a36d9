package main

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/proc"
)

// procFlags are those of the command proc.
type procFlags struct {
	pattern string
	reps    int
	json    bool
	corrupt string
}

const procLong = `proc measures processes: how long it takes until a new one is at work, until one that
waits has taken a job, and until its parent knows that one has ended. It does so for
package engine/process and, where python3 is there, for Python's multiprocessing with
each of its start methods, in rounds that interleave all systems.`

const procExamples = `  shmbench proc                             all cases
  shmbench proc --case standby              those of processes that wait
  shmbench proc --case spawn/first --reps 31
  shmbench proc --json > proc.ndjson        for programs`

// newProc is the command that measures processes.
func newProc() *cobra.Command {
	f := &procFlags{}
	cmd := &cobra.Command{
		Use: "proc", Short: "Measure processes: start, standby, end", Long: procLong, Example: procExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	add := cmd.Flags()
	add.StringVar(&f.pattern, "case", "", "only the cases whose names match `PATTERN`, such as 'standby/*', or standby for the same:\n"+strings.Join(proc.Cases(), ", "))
	add.IntVar(&f.reps, "reps", 9, "rounds `N`")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.StringVar(&f.corrupt, "corrupt", "", "falsify the last sample of `SYSTEM`: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for name, group := range map[string]string{"case": "Work", "reps": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
	return cmd
}

// options checks what the flags' own types cannot.
func (f *procFlags) options() (proc.Options, error) {
	if f.reps < 1 {
		return proc.Options{}, fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	o := proc.Options{Case: f.pattern, Reps: f.reps, Corrupt: f.corrupt}
	return o, o.Validate()
}

func (f *procFlags) run(cmd *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *procFlags) work(cmd *cobra.Command, o proc.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m proc.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := proc.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	words := append(program(), "proc", "--reps", strconv.Itoa(rep.Meta.Settings.Reps))
	if o.Case != "" {
		words = append(words, "--case", quote(o.Case))
	}
	_, err = fmt.Fprintln(out, "repeat:", strings.Join(words, " "))
	return err
}
