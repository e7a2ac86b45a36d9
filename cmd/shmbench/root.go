package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/shmengine/shmengine/bench"
	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/kernels"
)

// flags are the main job's.
type flags struct {
	workers int
	size    size
	data    string
	reps    int
	json    bool
	chaos   chaosFlag
	corrupt string
}

const long = `shmbench measures shmengine on this machine, beside what else could do the work.

Without a command it does the main job: it loads US flights, tiles them to --size,
and computes the delay by hour of departure (count, mean, standard deviation,
extremes, histogram) and its correlation with the distance: in worker processes on
shared memory, on goroutines, on one goroutine, in worker processes over pipes (raw
and gob), and in Python's multiprocessing. All answers are compared before any
figure is printed.`

const examples = `  shmbench                                  the main job on the sample
  shmbench --data flights-3m.parquet        on a file of one's own
  shmbench --size 1GiB --reps 25            larger and longer
  shmbench --json > run.ndjson              for programs
  shmbench --chaos kill=20                  kill 20 busy workers, compare the answers`

func newRoot() *cobra.Command {
	f := &flags{workers: runtime.NumCPU()}
	root := &cobra.Command{
		Use: "shmbench", Short: "Measure shmengine on this machine", Long: long, Example: examples,
		Args: noCommand, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd) },
	}
	f.register(root)
	root.SetUsageFunc(usage)
	root.AddGroup(&cobra.Group{ID: "measure", Title: "Measure:"}, &cobra.Group{ID: "look", Title: "Look:"}, &cobra.Group{ID: "clean", Title: "Clean and break:"}, &cobra.Group{ID: "other", Title: "Other commands:"})
	root.SetHelpCommandGroupID("other")
	root.SetCompletionCommandGroupID("other")
	root.AddCommand(
		newLock(), newAlloc(), newRing(), newKernel(), newDispatch(), newProc(), newOS(), newAdvise(),
		newInspect(), newTop(), newMem(), newDoctor(),
		newGC(), newChaos(),
		newVersion(),
	)
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			refuseUnknown(c)
		}
	}
	return root
}

// refuseUnknown makes a command that only has commands an error if it is given
// none of them.
func refuseUnknown(cmd *cobra.Command) {
	cmd.Args = noCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return fmt.Errorf("%s: which one? (see %s --help)", cmd.Name(), cmd.CommandPath())
	}
}

// noCommand refuses what is neither a flag nor a command.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unknown command %q (see %s --help)", args[0], cmd.CommandPath())
	}
	return nil
}

// Flags are shown in groups.
const groupKey = "group"

var groups = []string{"Work", "Output", "Faults"}

func (f *flags) register(cmd *cobra.Command) {
	add := cmd.Flags()
	add.IntVar(&f.workers, "workers", f.workers, "workers of each system `N`, 1 to 256; the default is one a CPU")
	add.Var(&f.size, "size", "how many `BYTES` of rows to work on, such as 64MiB, 512M or 1GB\n(default 512MiB, or less where memory is short)")
	add.StringVar(&f.data, "data", "", "a Parquet `FILE` with the columns date, delay and distance\n(default: the sample of 200,000 flights in the program)")
	add.IntVar(&f.reps, "reps", 15, "timed rounds `N`; slow systems take part in fewer")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.Var(&f.chaos, "chaos", "kill=`N`: kill -9 that many workers while each runs a partition;\nthe answer must stay the same to the bit")
	add.StringVar(&f.corrupt, "corrupt", "", "falsify the last answer of `SYSTEM`: it must be noticed")
	_ = add.MarkHidden("corrupt")
	for name, group := range map[string]string{"workers": "Work", "size": "Work", "data": "Work", "reps": "Work", "json": "Output", "chaos": "Faults"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
}

// usage prints flags by group, and commands.
func usage(cmd *cobra.Command) error {
	out := cmd.OutOrStderr()
	fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(out, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, group := range append(groups, "") {
		some := pflag.NewFlagSet(group, pflag.ContinueOnError)
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if strings.Join(f.Annotations[groupKey], "") == group {
				some.AddFlag(f)
			}
		})
		if some.HasAvailableFlags() {
			title := strings.TrimSpace(group + " flags")
			fmt.Fprintf(out, "\n%s:\n%s", strings.ToUpper(title[:1])+title[1:], some.FlagUsages())
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintln(out, "\nCommands:")
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(out, "  %-12s %s\n", c.Name(), c.Short)
			}
		}
	}
	return nil
}

// size is a flag of bytes; 0 means that it was not given.
type size int64

func (s *size) Type() string { return "bytes" }

func (s *size) String() string {
	if *s == 0 {
		return ""
	}
	return machine.FormatSize(int64(*s))
}

func (s *size) Set(text string) error {
	n, err := machine.ParseSize(text)
	*s = size(n)
	return err
}

// options checks what the flags' own types cannot.
func (f *flags) options() (bench.Options, error) {
	if f.workers < 1 {
		return bench.Options{}, fmt.Errorf("--workers %d: want 1 or more", f.workers)
	}
	if f.reps < 1 {
		return bench.Options{}, fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	o := bench.Options{Workers: f.workers, Size: int64(f.size), Data: f.data, Reps: f.reps, Corrupt: f.corrupt}
	if err := o.Validate(); err != nil {
		return o, err
	}
	return o, kernels.Check()
}
