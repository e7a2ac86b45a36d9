package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/shmengine/shmengine/bench"
)

// run does the main job, or its chaos.
func (f *flags) run(cmd *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(cmd.OutOrStdout())
	if err = f.work(cmd, o, out); err == nil {
		err = out.Flush()
	}
	if err != nil {
		return failed{err}
	}
	return nil
}

func (f *flags) work(cmd *cobra.Command, o bench.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = lines.meta, lines.measurement
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
	words := []string{"shmbench"}
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		words = []string{"go run ./cmd/shmbench"}
	}
	words = append(words, "--workers", strconv.Itoa(s.Workers), "--size", plainSize(s.Size), "--reps", strconv.Itoa(s.Reps))
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

// quote makes one word of a path for a shell.
func quote(path string) string {
	if strings.ContainsAny(path, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// ndjson writes lines of JSON, each as soon as it is there.
type ndjson struct {
	out *bufio.Writer
	err error
}

func (n *ndjson) meta(m bench.Meta) {
	n.line(struct {
		Meta bench.Meta `json:"meta"`
	}{m})
}

func (n *ndjson) measurement(m bench.Measurement) { n.line(m) }

func (n *ndjson) line(v any) {
	if n.err == nil {
		n.err = errors.Join(json.NewEncoder(n.out).Encode(v), n.out.Flush())
	}
}

// progress is a bar on a terminal, and nothing elsewhere.
type progress struct {
	to  io.Writer
	bar *progressbar.ProgressBar
}

func newProgress(to io.Writer) *progress {
	if f, ok := to.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &progress{to: to}
	}
	return &progress{}
}

func (p *progress) step(done, total int) {
	if p.to == nil {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.to), progressbar.OptionSetDescription("measuring"),
			progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount())
	}
	_ = p.bar.Set(done)
}

// done removes the bar.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
