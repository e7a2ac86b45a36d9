package main

import (
	"bufio"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/ostour"
)

// osFlags are those of the command os.
type osFlags struct {
	pattern string
	reps    int
	json    bool
	corrupt string
}

const osLong = `os measures what the operating system and the processor charge a program for: the first
touch of a page, a copy-on-write fault, a heap and a stack that grow, TLB misses, a cache
line between two CPUs, threads and processes that come and go, a switch of each, user and
kernel time, a system call, a reading of the clock. Each case is measured in a few
milliseconds a round, and ends with what it means for a program, in this machine's numbers.

Beside the time it counts what proves each figure (page faults, switches, thread ids); a
count that is not right is an error, and there are no figures.`

const osExamples = `  shmbench os                               everything, in a few seconds
  shmbench os --case tlb                    how far the TLB reaches
  shmbench os --case 'c*' --reps 31
  shmbench os --json > os.ndjson            for programs`

// newOS is the command that measures the system itself.
func newOS() *cobra.Command {
	f := &osFlags{}
	cmd := &cobra.Command{
		Use: "os", Short: "Measure what the operating system charges for", Long: osLong, Example: osExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	add := cmd.Flags()
	add.StringVar(&f.pattern, "case", "", "only the cases whose names match `PATTERN`, such as 'tlb/*', or tlb for the same:\n"+strings.Join(ostour.Cases(), ", "))
	add.IntVar(&f.reps, "reps", 9, "rounds `N`")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.StringVar(&f.corrupt, "corrupt", "", "falsify the last count of `SYSTEM`: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for name, group := range map[string]string{"case": "Work", "reps": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
	return cmd
}

func (f *osFlags) run(cmd *cobra.Command) error {
	if f.reps < 1 {
		return fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	o := ostour.Options{Case: f.pattern, Reps: f.reps, Corrupt: f.corrupt}
	if err := o.Validate(); err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *osFlags) work(cmd *cobra.Command, o ostour.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m ostour.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := ostour.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	words := append(program(), ostour.Suite, "--reps", strconv.Itoa(rep.Meta.Settings.Reps))
	if o.Case != "" {
		words = append(words, "--case", quote(o.Case))
	}
	_, err = fmt.Fprintln(out, "repeat:", strings.Join(words, " "))
	return err
}
