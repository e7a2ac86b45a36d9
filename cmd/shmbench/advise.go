package main

import (
	"bufio"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/advise"
)

// adviseFlags are those of the command advise.
type adviseFlags struct {
	bytes   size
	perByte float64
	cost    time.Duration
	item    size
	wait    float64
	risk    float64
	part    size
	workers int
	check   bool
	json    bool
	corrupt string
}

const adviseLong = `advise measures this machine for a few seconds and says whether goroutines, the engine's
workers or workers behind pipes win for a workload, and at what size of partition. It prints
its figures, its formulae with these numbers in them, and what each way would take, so that
a person can check; with --check it runs work of that shape in each way and puts what that
took beside.

The workload: --bytes of input, each of which costs --cost-per-byte nanoseconds of one
worker (or each item of --item bytes --cost), --wait-fraction of that in waiting for something
else; a partition kills its process with a chance of --crash-risk.`

const adviseExamples = `  shmbench advise --bytes 1GiB --cost-per-byte 0.5
  shmbench advise --bytes 8MiB --cost 2ms --item 64KiB --wait-fraction 0.9
  shmbench advise --bytes 256MiB --cost-per-byte 1 --crash-risk 0.001 --check
  shmbench advise --json > advise.ndjson    for programs`

// newAdvise is the command that says what to use.
func newAdvise() *cobra.Command {
	f := &adviseFlags{bytes: 256 << 20, item: 8, workers: runtime.NumCPU()}
	cmd := &cobra.Command{
		Use: "advise", Short: "Say what to run a workload on, and in which pieces", Long: adviseLong, Example: adviseExamples,
		GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	add := cmd.Flags()
	add.Var(&f.bytes, "bytes", "how many `BYTES` of input, such as 64MiB, 512M or 1GB")
	add.Float64Var(&f.perByte, "cost-per-byte", 1, "what a byte costs one worker, in `NS`")
	add.DurationVar(&f.cost, "cost", 0, "what an item costs one worker, as a `TIME` such as 50us, in place of --cost-per-byte")
	add.Var(&f.item, "item", "how many `BYTES` an item of --cost has")
	add.Float64Var(&f.wait, "wait-fraction", 0, "share of the cost in which a worker waits, `0 to 1`")
	add.Float64Var(&f.risk, "crash-risk", 0, "chance that a partition kills its process, `0 to 1`")
	add.Var(&f.part, "partition", "cut it into pieces of so many `BYTES`; by default each way gets those that are best for it")
	add.IntVar(&f.workers, "workers", f.workers, "workers `N`; the default is one a CPU")
	add.BoolVar(&f.check, "check", false, "run work of that shape in each way, and compare")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure")
	add.StringVar(&f.corrupt, "corrupt", "", "falsify the sums of `WAY`: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for _, name := range []string{"bytes", "cost-per-byte", "cost", "item", "wait-fraction", "crash-risk", "partition", "workers", "check"} {
		_ = add.SetAnnotation(name, groupKey, []string{"Work"})
	}
	_ = add.SetAnnotation("json", groupKey, []string{"Output"})
	cmd.MarkFlagsMutuallyExclusive("cost", "cost-per-byte")
	return cmd
}

func (f *adviseFlags) options() (advise.Options, error) {
	w := advise.Workload{Bytes: int64(f.bytes), Cost: f.perByte, Wait: f.wait, Risk: f.risk, Workers: f.workers, Partition: int64(f.part)}
	switch {
	case f.cost < 0:
		return advise.Options{}, fmt.Errorf("--cost %v: want 0 or more", f.cost)
	case f.cost > 0:
		w.Cost = float64(f.cost.Nanoseconds()) / float64(f.item)
	}
	o := advise.Options{Workload: w, Check: f.check, Corrupt: f.corrupt}
	return o, o.Validate()
}

func (f *adviseFlags) run(cmd *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return f.work(cmd, o, out) })
}

func (f *adviseFlags) work(cmd *cobra.Command, o advise.Options, out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m advise.Meta) { lines.meta(m) }, lines.measurement
	}
	rep, err := advise.Run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "repeat:", repeatAdvise(rep.Meta.Settings))
	return err
}

// repeatAdvise returns the command that does the same again.
func repeatAdvise(s advise.Settings) string {
	w, more := s.Workload, ""
	if w.Partition > 0 {
		more = " --partition " + plainSize(w.Partition)
	}
	if s.Check {
		more += " --check"
	}
	return fmt.Sprintf("%s advise --bytes %s --cost-per-byte %g --wait-fraction %g --crash-risk %g --workers %d%s",
		program()[0], plainSize(w.Bytes), w.Cost, w.Wait, w.Risk, w.Workers, more)
}
