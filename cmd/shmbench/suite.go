package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/suite"
)

// A suiteCommand measures one suite; M is its meta and R its report.
type suiteCommand[M any, R interface{ Write(io.Writer) error }] struct {
	name, short, long, examples string

	cases, systems []string
	reps, corrupt  string // what these flags say
	fixed          bool   // its measurements are always of the same length
	all            string // the pattern of all cases, if not all are measured usually

	check func(suite.Options[M]) error
	run   func(context.Context, suite.Options[M]) (R, error)
}

// suiteFlags are those of a command that measures a suite.
type suiteFlags struct {
	pattern string
	all     bool
	systems []string
	reps    int
	seconds float64
	json    bool
	corrupt string
}

// command is the command, with its flags.
func (s suiteCommand[M, R]) command() *cobra.Command {
	f := &suiteFlags{}
	cmd := &cobra.Command{
		Use: s.name, Short: s.short, Long: s.long, Example: s.examples, GroupID: "measure", Args: noArguments,
		RunE: func(cmd *cobra.Command, args []string) error { return s.measure(cmd, f, args) },
	}
	add, group := cmd.Flags(), "Work"
	add.StringVar(&f.pattern, "case", "", fmt.Sprintf("only the cases whose names match `PATTERN`, such as '%s', or the part before the slash:\n%s", s.cases[0], strings.Join(brief(s.cases), ", ")))
	add.StringSliceVar(&f.systems, "system", nil, "only these `SYSTEMS`, with commas between:\n"+strings.Join(s.systems, ", "))
	add.IntVar(&f.reps, "reps", 9, s.reps)
	groups := map[string]string{"case": group, "system": group, "reps": group, "json": "Output"}
	if !s.fixed {
		add.Float64Var(&f.seconds, "seconds", 40, "about how long `S` a run of 9 rounds of all cases takes: its measurements get longer or shorter")
		groups["seconds"] = group
	}
	if s.all != "" {
		cmd.Use, cmd.Args = s.name+" [PATTERN]", cobra.MaximumNArgs(1)
		add.BoolVar(&f.all, "all", false, "all cases: this takes minutes")
		groups["all"] = group
	}
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.StringVar(&f.corrupt, "corrupt", "", s.corrupt)
	_ = add.MarkHidden("corrupt")
	for name, group := range groups {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
	return cmd
}

// measure checks the flags, measures, and prints what came of it.
func (s suiteCommand[M, R]) measure(cmd *cobra.Command, f *suiteFlags, args []string) error {
	if err := f.choose(args, s.all); err != nil {
		return err
	}
	if f.reps < 1 {
		return fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	if f.seconds == 0 && !s.fixed {
		return fmt.Errorf("--seconds 0: want more")
	}
	o := suite.Options[M]{Case: f.pattern, Systems: f.systems, Reps: f.reps, Seconds: f.seconds, Corrupt: f.corrupt}
	if err := s.check(o); err != nil {
		return err
	}
	return buffered(cmd, func(out *bufio.Writer) error { return s.work(cmd, f, o, out) })
}

func (s suiteCommand[M, R]) work(cmd *cobra.Command, f *suiteFlags, o suite.Options[M], out *bufio.Writer) error {
	bar := newProgress(cmd.ErrOrStderr())
	defer bar.done()
	o.Progress = bar.step
	lines := &ndjson{out: out}
	if f.json {
		o.Begin, o.Measured = func(m M) { lines.meta(m) }, lines.measurement
	}
	rep, err := s.run(cmd.Context(), o)
	bar.done()
	if err != nil || f.json {
		return errors.Join(err, lines.err)
	}
	if err := rep.Write(out); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "repeat:", f.repeat(s.name))
	return err
}

// choose settles which cases are asked for: by a flag, an argument, or all.
func (f *suiteFlags) choose(args []string, all string) error {
	if f.all {
		args = append(args, all)
	}
	if len(args) > 1 || len(args) == 1 && f.pattern != "" {
		return fmt.Errorf("one of PATTERN, --case and --all is enough")
	}
	if len(args) == 1 {
		f.pattern = args[0]
	}
	return nil
}

// brief is a list of cases for people: of a long one only what is before the slashes.
func brief(cases []string) (list []string) {
	if len(cases) <= 20 {
		return cases
	}
	for _, name := range cases {
		first, _, _ := strings.Cut(name, "/")
		if !slices.Contains(list, first) {
			list = append(list, first)
		}
	}
	return list
}

// repeat returns the command that measures the same again.
func (f *suiteFlags) repeat(name string) string {
	words := append(program(), name, "--reps", strconv.Itoa(f.reps))
	if f.seconds != 0 {
		words = append(words, "--seconds", strconv.FormatFloat(f.seconds, 'g', -1, 64))
	}
	if f.pattern != "" {
		words = append(words, "--case", quote(f.pattern))
	}
	if len(f.systems) > 0 {
		words = append(words, "--system", strings.Join(f.systems, ","))
	}
	return strings.Join(words, " ")
}

// noArguments refuses what is no flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q (see %s --help)", args[0], cmd.CommandPath())
	}
	return nil
}
