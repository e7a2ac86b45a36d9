package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench"
)

// run does the main job, or its chaos.
func (f *flags) run(cmd *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *flags) work(cmd *cobra.Command, o bench.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m bench.Meta) { lines.meta(m) }, lines.measurement
	}
	if f.chaos > 0 {
		report, err := bench.Chaos(cmd.Context(), o, int(f.chaos))
		bar.done()
		if err != nil || f.json {
			return errors.Join(err, lines.err)
		}
		return report.Write(out)
	}
	report, err := bench.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	return writeReport(report, out)
}

// writeReport prints answers, figures, and the command that repeats them.
func writeReport(report *bench.Report, out io.Writer) error {
	if err := report.WriteAnswer(out); err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := report.WriteSystems(out); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "repeat:", repeat(report.Meta.Settings))
	return err
}

// repeat returns the command that does the same again.
func repeat(s bench.Settings) string {
	words := append(program(), "--workers", strconv.Itoa(s.Workers), "--size", plainSize(s.Size), "--reps", strconv.Itoa(s.Reps))
	if s.Data != "" {
		words = append(words, "--data", quote(s.Data))
	}
	return strings.Join(words, " ")
}

// plainSize writes a size so that ParseSize gives it back exactly.
func plainSize(n int64) string {
	if n%(1<<20) == 0 {
		return strconv.FormatInt(n>>20, 10) + "MiB"
	}
	return strconv.FormatInt(n, 10)
}
