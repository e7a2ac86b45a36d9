package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/shmengine/shmengine/bench/top"
)

// topFlags are those of the command top.
type topFlags struct {
	once     bool
	json     bool
	interval time.Duration
}

const topLong = `top looks at a running engine from outside: one with worker processes, whose Config.Name
is NAME. For each worker it says what it did in the last interval and what it has: from the
engine's own counts in shared memory, and from /proc. It joins nothing and changes nothing.

On a terminal it fills the screen until q is pressed; elsewhere it prints a table for each
interval. The figures, per second where they are rates:

`

const topExamples = `  shmbench top prices                       live, until q
  shmbench top prices --once                one table, over a second
  shmbench top prices --json --interval 5s  for programs, until it ends`

// newTop is the command that looks at an engine.
func newTop() *cobra.Command {
	f := &topFlags{}
	cmd := &cobra.Command{
		Use: "top NAME", Short: "Watch a running engine and its workers", Long: topLong + top.Legend(), Example: topExamples,
		GroupID: "look", Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, args[0]) },
	}
	add := cmd.Flags()
	add.BoolVar(&f.once, "once", false, "one interval, then end")
	add.DurationVar(&f.interval, "interval", time.Second, "look every `TIME`, 10ms to 1h")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure")
	for name, group := range map[string]string{"once": "Work", "interval": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
	return cmd
}

func (f *topFlags) run(cmd *cobra.Command, name string) error {
	o := top.Options{Name: name, Interval: f.interval}
	if f.once {
		o.Frames = 1
	}
	if err := o.Validate(); err != nil {
		return err
	}
	if out, ok := cmd.OutOrStdout().(*os.File); ok && !f.once && !f.json && term.IsTerminal(int(out.Fd())) {
		return onScreen(cmd.Context(), out, o)
	}
	return buffered(cmd, func(out *bufio.Writer) error {
		lines := &ndjson{out: out}
		if f.json {
			o.Begin = func(m top.Meta) { lines.meta(m) }
		}
		return top.Run(cmd.Context(), o, func(frame *top.Frame) error {
			if !f.json {
				return printFrame(out, frame)
			}
			for _, m := range frame.Measurements() {
				lines.measurement(m)
			}
			return lines.err
		})
	})
}

// printFrame prints a table and an empty line, at once: somebody may be reading along.
func printFrame(out *bufio.Writer, frame *top.Frame) error {
	if err := frame.Write(out); err != nil {
		return err
	}
	if _, err := io.WriteString(out, "\n"); err != nil {
		return err
	}
	return out.Flush()
}

// onScreen shows frames until q, Escape or Ctrl-C is pressed, or the engine ends.
func onScreen(ctx context.Context, out *os.File, o top.Options) error {
	ctx, quit := context.WithCancelCause(ctx)
	defer quit(nil)
	s, err := openScreen(out, os.Stdin, func() { quit(errQuit) })
	if err != nil {
		return failed{err}
	}
	err = top.Run(ctx, o, s.draw)
	s.close()
	if err == nil || context.Cause(ctx) == errQuit {
		return nil
	}
	return failed{err}
}
