package main

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/ring"
)

// ringFlags are those of the command ring.
type ringFlags struct {
	suiteFlags
	systems []string
}

const ringLong = `ring measures how messages pass between two processes: the rings of ringbuf beside
C rings, pipes, sockets, and Go channels in one process. There and back one at a time, one
way as fast as they go, out of a full ring, in batches, in streams of large messages, and
from two to two and one to two.

The C side is compiled on the spot, with cc -O3 -march=native. What this machine has not
is left out, and what has no part in a case is listed with the reason. Every message has a
number and a checksum, which are checked before any figure is printed.`

const ringExamples = `  shmbench ring                             all cases
  shmbench ring --case roundtrip            one case
  shmbench ring --case 'stream/*' --system bytes,c-inplace,pipe
  shmbench ring --json > ring.ndjson        for programs`

// newRing is the command that measures messages between processes.
func newRing() *cobra.Command {
	f := &ringFlags{}
	cmd := &cobra.Command{
		Use: "ring", Short: "Measure messages between processes, side by side", Long: ringLong, Example: ringExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.suiteFlags.register(cmd, ring.Cases(), "rounds `N`", "falsify the last sum of `SYSTEM`: it must be noticed")
	cmd.Flags().StringSliceVar(&f.systems, "system", nil, "only these `SYSTEMS`, with commas between:\n"+strings.Join(ring.Systems(), ", "))
	_ = cmd.Flags().SetAnnotation("system", groupKey, []string{"Work"})
	return cmd
}

func (f *ringFlags) run(cmd *cobra.Command) error {
	if err := f.check(); err != nil {
		return err
	}
	o := ring.Options{Case: f.pattern, Systems: f.systems, Reps: f.reps, Seconds: f.seconds, Corrupt: f.corrupt}
	if err := o.Validate(); err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *ringFlags) work(cmd *cobra.Command, o ring.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m ring.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := ring.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "repeat:", repeatRing(rep.Meta.Settings))
	return err
}

// repeatRing returns the command that does the same again.
func repeatRing(s ring.Settings) string {
	words := repeatSuite(ring.Suite, s.Case, s.Reps, s.Seconds)
	if len(s.Systems) > 0 {
		words = append(words, "--system", strings.Join(s.Systems, ","))
	}
	return strings.Join(words, " ")
}
