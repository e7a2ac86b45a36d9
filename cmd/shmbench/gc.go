package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/shmengine/shmengine/bench/machine"
	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/shmarena"
)

const gcLong = `gc lists the named arenas in /dev/shm, with the process that has them attached (the first
one that lives), and removes those of this user that nobody has attached any more: all
their processes are dead, or closed them. It also removes the names at which programs listened
for connections of engine/queue until they were killed. The kernel is asked who lives, so one that is
stopped is alive, and a process number that was given away again deceives nobody. Files of
another user, or of another version, are listed and left alone.

With --dry-run it removes nothing. Exit code 1 if something could not be removed.`

// newGC is the command that removes dead arenas.
func newGC() *cobra.Command {
	var dry, asJSON bool
	cmd := &cobra.Command{
		Use: "gc", Short: "List named arenas and remove the dead ones", Long: gcLong, GroupID: "clean",
		Example: "  shmbench gc --dry-run\n  shmbench gc", Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return buffered(cmd, func(out *bufio.Writer) error { return collect(out, dry, asJSON) })
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "list only, remove nothing")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print NDJSON: a line of meta, then one an arena")
	return cmd
}

// The states of an arena in the list.
const (
	stateAlive   = "alive"
	stateDead    = "dead"
	stateUnknown = "unknown"
)

// listed is an arena in the list.
type listed struct {
	Name    string    `json:"arena"`
	State   string    `json:"state"`
	PID     uint32    `json:"pid,omitempty"`
	Started time.Time `json:"started,omitzero"` // that process
	Members int       `json:"members"`
	Created time.Time `json:"created,omitzero"` // the arena
	Bytes   int64     `json:"bytes"`
	Removed bool      `json:"removed"`
	Problem string    `json:"problem,omitempty"`
}

func listing(f shmarena.Found) listed {
	l := listed{Name: f.Name, State: stateUnknown}
	if f.Err != nil {
		l.Problem = oneLine(f.Err)
		return l
	}
	l.Created, l.Bytes, l.Members, l.State = f.Seen.Created, f.Seen.Held, len(f.Seen.Members), stateDead
	if f.Seen.Alive() {
		l.State = stateAlive
	}
	if owner, ok := f.Seen.Owner(); ok {
		l.PID, l.Started = owner.PID, machine.Started(owner.Start)
	}
	return l
}

// collect lists all arenas and removes the dead ones.
func collect(out *bufio.Writer, dry, asJSON bool) error {
	found, err := shmarena.Survey()
	if err != nil {
		return report.Cannot(err)
	}
	all := make([]listed, len(found))
	for i, f := range found {
		all[i] = listing(f)
	}
	var swept error
	if !dry {
		var r shmarena.Report
		r, swept = shmarena.Sweep()
		all = markRemoved(all, r.Removed)
	}
	quiet, err := queue.SweepListeners(!dry)
	swept = errors.Join(swept, err)
	if asJSON {
		return errors.Join(writeGCLines(out, all, quiet, dry), swept)
	}
	return errors.Join(writeGC(out, all, dry), writeListeners(out, quiet, dry), swept)
}

// markRemoved notes what a Sweep removed; what died after the list was made comes at
// its end.
func markRemoved(all []listed, removed []shmarena.Swept) []listed {
	at := map[string]int{}
	for i, l := range all {
		at[l.Name] = i
	}
	for _, s := range removed {
		i, ok := at[s.Name]
		if !ok {
			all, i = append(all, listed{Name: s.Name}), len(all)
		}
		all[i].State, all[i].Bytes, all[i].Removed = stateDead, s.Bytes, true
	}
	return all
}

// gcMeta is the first line of the list as JSON.
type gcMeta struct {
	Schema int    `json:"schema"`
	Suite  string `json:"suite"`
	DryRun bool   `json:"dry_run"`
}

// silent is a name at which nobody listens any more.
type silent struct {
	Name    string `json:"listener"`
	State   string `json:"state"`
	Removed bool   `json:"removed"`
}

func writeListeners(out io.Writer, names []string, dry bool) error {
	did := "removed"
	if dry {
		did = "not removed (--dry-run)"
	}
	for _, name := range names {
		if _, err := fmt.Fprintf(out, "nobody listens at %q any more: %s\n", name, did); err != nil {
			return err
		}
	}
	return nil
}

func writeGCLines(out *bufio.Writer, all []listed, listeners []string, dry bool) error {
	lines := &ndjson{out: out}
	lines.meta(gcMeta{report.SchemaVersion, "gc", dry})
	for _, l := range all {
		lines.line(l)
	}
	for _, name := range listeners {
		lines.line(silent{name, stateDead, !dry})
	}
	return lines.err
}

func writeGC(w io.Writer, all []listed, dry bool) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "arena\tstate\tpid\tstarted\tmemory\t")
	gone, bytes := 0, int64(0)
	for _, l := range all {
		note := l.Problem
		if l.Removed {
			note = "removed"
		}
		if l.Removed || dry && l.State == stateDead {
			gone++
			bytes += l.Bytes
		}
		fmt.Fprintf(t, "%q\t%s\t%s\t%s\t%s\t%s\n", l.Name, l.State, pidText(l.PID), timeText(l.Started), machine.FormatSize(l.Bytes), note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	did := "removed"
	if dry {
		did = "dead, nothing removed (--dry-run)"
	}
	_, err := fmt.Fprintf(w, "%d arenas; %d %s; %s\n", len(all), gone, did, machine.FormatSize(bytes))
	return err
}

func pidText(pid uint32) string {
	if pid == 0 {
		return "-"
	}
	return fmt.Sprint(pid)
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Format(time.DateTime)
}
