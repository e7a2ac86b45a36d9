package main

import (
	"bufio"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/mem"
)

// memFlags are those of the command mem.
type memFlags struct {
	maps     bool
	system   bool
	interval time.Duration
	json     bool
}

const memLong = `mem tells the truth about the memory of processes: what they have asked for, what of it
is in memory, and what of that is theirs alone. Given several, it says what the sum of
their RSS counts more than once. With --interval it looks twice: how heap, stack and the
rest grew, and how many faults and switches there were in a second. It reads /proc only,
and stops nobody.

The figures:
`

const memExamples = `  shmbench mem 4711                         one process, now
  shmbench mem $(pgrep worker)              some, and what they share
  shmbench mem 4711 --interval 10s          how it grows
  shmbench mem 4711 --maps                  where it lies, mapping by mapping
  shmbench mem --system                     the whole system, over a second`

// newMem is the command that looks at the memory of processes.
func newMem() *cobra.Command {
	f := &memFlags{}
	cmd := &cobra.Command{
		Use: "mem PID...", Short: "Look at the memory of processes", Long: memLong + mem.Legend(), Example: memExamples,
		GroupID: "look",
		RunE:    func(cmd *cobra.Command, args []string) error { return f.run(cmd, args) },
	}
	add := cmd.Flags()
	add.BoolVar(&f.maps, "maps", false, "also the mappings of each process: address, permissions, size, and what is in memory")
	add.BoolVar(&f.system, "system", false, "also the whole system: memory, CPU time, faults and switches, over --interval or a second")
	add.DurationVar(&f.interval, "interval", 0, "look twice, `TIME` apart, such as 5s, and give growth and rates")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure, and one a mapping")
	for name, group := range map[string]string{"maps": "Work", "system": "Work", "interval": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
	return cmd
}

// options reads the process ids.
func (f *memFlags) options(cmd *cobra.Command, args []string) (mem.Options, error) {
	o := mem.Options{Maps: f.maps, System: f.system, Interval: f.interval}
	if len(args) == 0 && !f.system {
		return o, fmt.Errorf("mem: want process ids, or --system (see %s --help)", cmd.CommandPath())
	}
	for _, a := range args {
		pid, err := strconv.Atoi(a)
		if err != nil {
			return o, fmt.Errorf("mem: %q is no process id", a)
		}
		o.PIDs = append(o.PIDs, pid)
	}
	return o, o.Validate()
}

func (f *memFlags) run(cmd *cobra.Command, args []string) error {
	o, err := f.options(cmd, args)
	if err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error {
		lines := &ndjson{out: out}
		if f.json {
			o.Begin = func(m mem.Meta) { lines.meta(m) }
		}
		rep, err := mem.Run(cmd.Context(), o)
		if err != nil {
			return err
		}
		if !f.json {
			return rep.Write(out)
		}
		for _, m := range rep.Measurements() {
			lines.measurement(m)
		}
		for _, m := range rep.MapLines() {
			lines.line(m)
		}
		return lines.err
	})
}
