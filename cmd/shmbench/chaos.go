package main

import (
	"bufio"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/chaos"
)

// share is a flag of a part of a whole, such as 5% or 0.05.
type share float64

func (s *share) Type() string   { return "share" }
func (s *share) String() string { return strconv.FormatFloat(100*float64(*s), 'g', -1, 64) + "%" }

func (s *share) Set(text string) error {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	if err != nil || !(v >= 0 && v <= 1) {
		return fmt.Errorf("want a share such as 5%% or 0.05")
	}
	*s = share(v)
	return nil
}

// breakFlags are those of the command chaos.
type breakFlags struct {
	o                chaos.Options
	kill, stop, segv share
	json             bool
}

const breakLong = `chaos runs jobs of every kind (map, reduce, kernels in place with and without retry,
futures, maps of tasks) while their workers are killed (--kill), are stopped past the
deadline of a partition (--stop) and run into faults of memory (--segv), and in arenas that
are too small (--enospc). Shares are of attempts at partitions and tasks. The same seed
gives the same faults; --strikes adds kills from outside, at any instruction.

Every answer is compared to the bit with one that was computed without an engine, every error
with the plan, and in the end nothing may be left: no descriptor, mapping, child or name.
Exit code 0 if nothing is wrong, 1 otherwise.`

const breakExamples = `  shmbench chaos --seed 7 --kill 5% --stop 0.2% --segv 1% --enospc
  shmbench chaos --strikes 1000 --duration 60s
  shmbench chaos --seed 7 --kill 20% --jobs 500 --workers 4`

// newChaos is the command that breaks things.
func newChaos() *cobra.Command {
	f := &breakFlags{o: chaos.Options{Seed: 1, Workers: max(2, runtime.NumCPU())}}
	cmd := &cobra.Command{
		Use: "chaos", Short: "Break workers, and look whether answers stay right", Long: breakLong, Example: breakExamples,
		GroupID: "clean", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	add := cmd.Flags()
	add.Uint64Var(&f.o.Seed, "seed", f.o.Seed, "of the plan of faults, `N`")
	add.Var(&f.kill, "kill", "kill -9, in `SHARE` of attempts")
	add.Var(&f.stop, "stop", "SIGSTOP past the deadline, in `SHARE` of attempts; each takes --timeout")
	add.Var(&f.segv, "segv", "a fault of memory, in `SHARE` of attempts: half as native code, which ends the worker,\nhalf in Go, which ends the job")
	add.BoolVar(&f.o.NoSpace, "enospc", false, "also arenas that are too small, and a full /dev/shm where a private one can be mounted")
	add.IntVar(&f.o.Strikes, "strikes", 0, "kill `N` workers from outside, while they work, spread over --duration")
	add.DurationVar(&f.o.Duration, "duration", 0, "how long `TIME` (default 1m, or without end with --jobs)")
	add.IntVar(&f.o.Jobs, "jobs", 0, "end after `N` jobs")
	add.IntVar(&f.o.Workers, "workers", f.o.Workers, "workers `N`")
	add.DurationVar(&f.o.Timeout, "timeout", 500*time.Millisecond, "how long `TIME` a worker may take for one partition")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure")
	add.BoolVar(&f.o.Corrupt, "corrupt", false, "falsify answers: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for _, name := range []string{"kill", "stop", "segv", "enospc", "strikes", "seed"} {
		_ = add.SetAnnotation(name, groupKey, []string{"Faults"})
	}
	for _, name := range []string{"duration", "jobs", "workers", "timeout"} {
		_ = add.SetAnnotation(name, groupKey, []string{"Work"})
	}
	_ = add.SetAnnotation("json", groupKey, []string{"Output"})
	return cmd
}

func (f *breakFlags) run(cmd *cobra.Command) error {
	f.o.Kill, f.o.Stop, f.o.Segv = float64(f.kill), float64(f.stop), float64(f.segv)
	if err := f.o.Validate(); err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, out) })
}

func (f *breakFlags) work(cmd *cobra.Command, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o := f.o
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m chaos.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := chaos.Run(cmd.Context(), o)
	bar.done()
	if rep != nil && !f.json { // also when something is wrong: it says what
		err = errors.Join(err, rep.Write(out))
		_, werr := fmt.Fprintln(out, "repeat:", repeatBreak(rep.Meta.Settings))
		err = errors.Join(err, werr, out.Flush())
	}
	return errors.Join(err, lines.err)
}

// repeatBreak returns the command that does the same again.
func repeatBreak(s chaos.Settings) string {
	words := append(program(), "chaos", "--seed", strconv.FormatUint(s.Seed, 10), "--workers", strconv.Itoa(s.Workers), "--timeout", s.Timeout)
	for i, v := range []float64{s.Kill, s.Stop, s.Segv} {
		if part := share(v); v > 0 {
			words = append(words, []string{"--kill", "--stop", "--segv"}[i], part.String())
		}
	}
	if s.NoSpace {
		words = append(words, "--enospc")
	}
	if s.Strikes > 0 {
		words = append(words, "--strikes", strconv.Itoa(s.Strikes))
	}
	if s.Jobs > 0 {
		words = append(words, "--jobs", strconv.Itoa(s.Jobs))
	}
	if s.Duration != "0s" {
		words = append(words, "--duration", s.Duration)
	}
	return strings.Join(words, " ")
}
