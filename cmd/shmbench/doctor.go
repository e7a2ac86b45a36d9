package main

import (
	"bufio"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/doctor"
	"github.com/shmengine/shmengine/bench/report"
)

const doctorLong = `doctor tries what arenas, rings and locks need of this machine, and says of each thing
whether it is there, what is lost without it, and what to do. It changes nothing.

Exit code 0 if nothing fails, with warnings or not; 4 if something does without which
arenas do not work here.`

// newDoctor is the command that looks at the machine.
func newDoctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what this machine lacks, and what to do", Long: doctorLong, GroupID: "look",
		Example: "  shmbench doctor\n  shmbench doctor --json", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return buffered(cmd, func(out *bufio.Writer) error { return diagnose(out, doctor.Run(), asJSON) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print NDJSON: a line of meta, then one a check")
	return cmd
}

func diagnose(out *bufio.Writer, all []doctor.Check, asJSON bool) error {
	if asJSON {
		lines := &ndjson{out: out}
		lines.meta(doctorMeta{report.SchemaVersion, "doctor", doctor.Worst(all)})
		for _, c := range all {
			lines.line(c)
		}
		if lines.err != nil {
			return lines.err
		}
	} else if err := doctor.Write(out, all); err != nil {
		return err
	}
	if doctor.Worst(all) != doctor.Fail {
		return nil
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return fmt.Errorf("%w: %d checks failed, see above", report.ErrMachine, failures(all))
}

// doctorMeta is the first line as JSON.
type doctorMeta struct {
	Schema int           `json:"schema"`
	Suite  string        `json:"suite"`
	Worst  doctor.Status `json:"worst"`
}

func failures(all []doctor.Check) (n int) {
	for _, c := range all {
		if c.Status == doctor.Fail {
			n++
		}
	}
	return n
}
