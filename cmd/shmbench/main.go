package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/shmengine/shmengine/bench"
	"github.com/shmengine/shmengine/bench/alloc"
	"github.com/shmengine/shmengine/bench/chaos"
	"github.com/shmengine/shmengine/bench/dispatch"
	"github.com/shmengine/shmengine/bench/kernel"
	"github.com/shmengine/shmengine/bench/lock"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/ostour"
	"github.com/shmengine/shmengine/bench/proc"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/ring"
	"github.com/shmengine/shmengine/engine"
)

// Exit codes.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitMachine     = 4
	exitInterrupted = 130
)

func main() {
	engine.Init()
	bench.Init()
	lock.Init()
	alloc.Init()
	proc.Init()
	kernel.Init()
	ostour.Init()
	chaos.Init()
	ring.Init()
	dispatch.Init()
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command without the process around it.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals...)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends us the hard way
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	if err != nil {
		fmt.Fprintf(stderr, "shmbench: %s\n", oneLine(err))
	}
	return code
}

// failed marks an error of the work itself: any other is one of usage.
type failed struct{ error }

func (f failed) Unwrap() error { return f.error }

func exitCode(err error) int {
	var f failed
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, report.ErrOptions), errors.Is(err, machine.ErrSize), !errors.As(err, &f):
		return exitUsage
	case errors.Is(err, report.ErrMachine):
		return exitMachine
	}
	return exitFailed
}

// oneLine gives an error as one line.
func oneLine(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}
