package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
)

// suiteFlags are what the commands that measure a suite have in common.
type suiteFlags struct {
	pattern string
	reps    int
	seconds float64
	json    bool
	corrupt string
}

func (f *suiteFlags) register(cmd *cobra.Command, cases []string, reps, corrupt string) {
	add := cmd.Flags()
	add.StringVar(&f.pattern, "case", "", fmt.Sprintf("only the cases whose names match `PATTERN`, such as '%s', or the part before the slash:\n%s", cases[0], strings.Join(cases, ", ")))
	add.IntVar(&f.reps, "reps", 9, reps)
	add.Float64Var(&f.seconds, "seconds", 40, "about how long `S` a run of 9 rounds of all cases takes: its measurements get longer or shorter")
	add.BoolVar(&f.json, "json", false, "print NDJSON: a line of meta, then one a figure as soon as it is there")
	add.StringVar(&f.corrupt, "corrupt", "", corrupt)
	_ = add.MarkHidden("corrupt")
	for name, group := range map[string]string{"case": "Work", "reps": "Work", "seconds": "Work", "json": "Output"} {
		_ = add.SetAnnotation(name, groupKey, []string{group})
	}
}

// check looks at what the flags' own types cannot.
func (f *suiteFlags) check() error {
	if f.reps < 1 {
		return fmt.Errorf("--reps %d: want 1 or more", f.reps)
	}
	if f.seconds == 0 {
		return fmt.Errorf("--seconds 0: want more")
	}
	return nil
}

// repeatSuite begins the command that measures a suite in the same way again.
func repeatSuite(suite, pattern string, reps int, seconds float64) []string {
	words := append(program(), suite, "--reps", strconv.Itoa(reps), "--seconds", strconv.FormatFloat(seconds, 'g', -1, 64))
	if pattern != "" {
		words = append(words, "--case", quote(pattern))
	}
	return words
}

// noArguments refuses what is no flag.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q (see %s --help)", args[0], cmd.CommandPath())
	}
	return nil
}
