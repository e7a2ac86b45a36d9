package doctor

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Status is how a check went.
type Status string

// The outcomes: Warn is something that works less well, Fail something without
// which arenas do not work.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Check is one thing that was looked at.
type Check struct {
	Name   string `json:"check"`
	Status Status `json:"status"`
	Found  string `json:"found"`            // what there is, in a few words
	Advice string `json:"advice,omitempty"` // what to do, if it is not ok
}

// ok, warn and fail make checks.
func ok(name, format string, args ...any) Check {
	return Check{Name: name, Status: OK, Found: fmt.Sprintf(format, args...)}
}

func warn(name, found, advice string) Check { return Check{name, Warn, found, advice} }
func fail(name, found, advice string) Check { return Check{name, Fail, found, advice} }

// tried is ok if err is nil, and otherwise bad says what it is.
func tried(name, found string, err error, bad func(name, found, advice string) Check, advice string) Check {
	if err != nil {
		return bad(name, err.Error(), advice)
	}
	return ok(name, "%s", found)
}

// Worst is the worst status of all checks.
func Worst(all []Check) Status {
	worst := OK
	for _, c := range all {
		switch {
		case c.Status == Fail:
			return Fail
		case c.Status == Warn:
			worst = Warn
		}
	}
	return worst
}

// Write prints a line for each check, and under it what to do.
func Write(w io.Writer, all []Check) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.Status, c.Name, c.Found)
		if c.Advice != "" {
			fmt.Fprintf(t, "\t\t-> %s\n", c.Advice)
		}
	}
	return t.Flush()
}
