package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

const inspectLong = `inspect looks at a named arena from outside: who has it attached, who of them lives,
what is published in it. With --locks it also says who holds the locks that can be
recognised (the arena's own, and those in published arrays of types of package futex)
and what each member sleeps on. With --verify it checks the tables first (header, members,
heap, names, holds), and if something in them is not as it must be, it names that and exits
with 1. It works on the arena of processes that are all dead, joins nothing and changes
nothing.`

// newInspect is the command that looks at an arena.
func newInspect() *cobra.Command {
	var locks, verify, asJSON bool
	cmd := &cobra.Command{
		Use: "inspect NAME", Short: "Look at a named arena, live or dead", Long: inspectLong, GroupID: "look",
		Example: "  shmbench inspect prices\n  shmbench inspect --locks prices\n  shmbench inspect --verify prices", Args: oneName,
		RunE: func(cmd *cobra.Command, args []string) error {
			if verify {
				if err := shmarena.VerifyNamed(args[0]); err != nil {
					return failed{err}
				}
			}
			seen, err := shmarena.Inspect(args[0])
			if err != nil {
				return failed{err}
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(seen)
			}
			return writeInspection(cmd.OutOrStdout(), seen, locks)
		},
	}
	cmd.Flags().BoolVar(&locks, "locks", false, "say who holds locks and who waits")
	cmd.Flags().BoolVar(&verify, "verify", false, "check the tables; exit 1 and name what is wrong")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print all of it as one line of JSON")
	return cmd
}

// oneName wants the name of an arena.
func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%s: want the name of one arena (see %s --help)", cmd.Name(), cmd.CommandPath())
	}
	return nil
}

func writeInspection(w io.Writer, seen *shmarena.Inspection, locks bool) error {
	readers := ""
	if seen.Readers {
		readers = ", some read-only"
	}
	state := "nobody alive"
	if seen.Alive() {
		state = "in use" + readers
	}
	fmt.Fprintf(w, "arena %q: %s, %s of %s in memory, created %s\n", seen.Name, state,
		machine.FormatSize(seen.Held), machine.FormatSize(seen.Size), seen.Created.Format(time.DateTime))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	writeMembers(t, seen)
	writeNames(t, seen)
	if locks {
		writeLocks(t, seen)
		writeWaits(t, seen)
	}
	return t.Flush()
}

func writeMembers(w io.Writer, seen *shmarena.Inspection) {
	fmt.Fprintln(w, "\nmember\tpid\tstate\tsleepers")
	for _, m := range seen.Members {
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\n", idText(m.ID), m.PID, lifeText(m.Alive), len(m.Parked))
	}
}

func writeNames(w io.Writer, seen *shmarena.Inspection) {
	fmt.Fprintln(w, "\nname\telements\tof\tat")
	for _, n := range seen.Names {
		of := n.Type
		if n.Freed {
			of = "(freed)"
		}
		fmt.Fprintf(w, "%q\t%d\t%s\t%#x\n", n.Name, n.Len, orDash(of), n.Offset)
	}
}

func writeLocks(w io.Writer, seen *shmarena.Inspection) {
	fmt.Fprintln(w, "\nlock\ttype\theld by\twaiters\tnote")
	for _, l := range seen.Locks {
		waiters := "-"
		if l.Waiters {
			waiters = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Where, l.Kind, holders(seen, l.Holders), waiters, orDash(l.Note))
	}
}

func writeWaits(w io.Writer, seen *shmarena.Inspection) {
	fmt.Fprintln(w, "\nsleeper\ton\tat\tits word")
	for _, s := range seen.Waits {
		fmt.Fprintf(w, "%s\t%s\t%#x\t%#x\n", who(seen, s.Member), orDash(s.Where), s.Offset, s.Word)
	}
}

// holders names members, or says that there are none.
func holders(seen *shmarena.Inspection, ids []futex.ID) string {
	var names []string
	for _, id := range ids {
		names = append(names, who(seen, id))
	}
	return orDash(strings.Join(names, ", "))
}

// who names a member with its process.
func who(seen *shmarena.Inspection, id futex.ID) string {
	m, ok := seen.Member(id)
	if !ok {
		return idText(id) + " (gone)"
	}
	return fmt.Sprintf("%s (pid %d, %s)", idText(id), m.PID, lifeText(m.Alive))
}

func idText(id futex.ID) string { return fmt.Sprintf("%d.%d", id.Slot(), id.Generation()) }

func lifeText(alive bool) string {
	if alive {
		return "alive"
	}
	return "DEAD"
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
