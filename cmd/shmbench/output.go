package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/shmengine/shmengine/bench/report"
)

// program returns the words by which this command can be called again.
func program() []string {
	if exe, err := os.Executable(); err == nil && strings.Contains(exe, "go-build") {
		return []string{"go run ./cmd/shmbench"}
	}
	return []string{"shmbench"}
}

// quote makes one word of a path for a shell.
func quote(path string) string {
	if strings.ContainsAny(path, " \t\n'\"\\$&|;<>()*?[]#~`!{}") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// buffered does work whose output goes to stdout; its error is one of the work
// itself.
func buffered(cmd *cobra.Command, work func(out *bufio.Writer) error) error {
	out := bufio.NewWriter(cmd.OutOrStdout())
	err := work(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return failed{err}
	}
	return nil
}

// ndjson writes lines of JSON, each as soon as it is there.
type ndjson struct {
	out *bufio.Writer
	err error
}

// meta writes the first line: a suite's report.Meta.
func (n *ndjson) meta(m any) {
	n.line(struct {
		Meta any `json:"meta"`
	}{m})
}

func (n *ndjson) measurement(m report.Measurement) { n.line(m) }

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
