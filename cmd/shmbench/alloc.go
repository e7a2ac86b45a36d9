package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/alloc"
)

// allocFlags are those of the command alloc.
type allocFlags struct {
	suiteFlags
	systems []string
}

const allocLong = `alloc measures memory that is taken and given back: arenas and arrays of shmarena
beside make and the collector, mmap, malloc and calloc of the C library, sync.Map, and Python's
shared_memory and Manager().dict(). Blocks live in one process, are taken by two at once,
or are made by one and freed by the other.

The C side is compiled on the spot, with cc -O3 -march=native. What this machine has not
is left out, and what a system cannot do at all is listed with the reason. Every block
holds a number that is read back and compared before any figure is printed.`

const allocExamples = `  shmbench alloc                            all cases
  shmbench alloc --case pair                blocks of one process
  shmbench alloc --case 'map*' --system go,sync-map
  shmbench alloc --json > alloc.ndjson      for programs`

// newAlloc is the command that measures memory.
func newAlloc() *cobra.Command {
	f := &allocFlags{}
	cmd := &cobra.Command{
		Use: "alloc", Short: "Measure memory that is taken and given back, side by side", Long: allocLong, Example: allocExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.suiteFlags.register(cmd, alloc.Cases(), "rounds `N`", "falsify the last sum of `SYSTEM`: it must be noticed")
	cmd.Flags().StringSliceVar(&f.systems, "system", nil, "only these `SYSTEMS`, with commas between:\n"+strings.Join(alloc.Systems(), ", "))
	_ = cmd.Flags().SetAnnotation("system", groupKey, []string{"Work"})
	return cmd
}

func (f *allocFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	o := alloc.Options{Case: f.pattern, Systems: f.systems, Reps: f.reps, Seconds: f.seconds, Corrupt: f.corrupt}
	if err := o.Validate(); err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *allocFlags) work(cmd *cobra.Command, o alloc.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m alloc.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := alloc.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "repeat:", repeatAlloc(rep.Meta.Settings))
	return err
}

// repeatAlloc returns the command that does the same again.
func repeatAlloc(s alloc.Settings) string {
	words := repeatSuite(alloc.Suite, s.Case, s.Reps, s.Seconds)
	if len(s.Systems) > 0 {
		words = append(words, "--system", strings.Join(s.Systems, ","))
	}
	return strings.Join(words, " ")
}
