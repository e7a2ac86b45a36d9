package report

import (
	"context"
	"fmt"
	"path"
	"slices"
)

// How much of a suite a run may do, and does if nothing is said: rounds, and about how
// many seconds that many rounds of all cases take.
const (
	DefaultReps    = 9
	MaxReps        = 1000
	DefaultSeconds = 40
	LeastSeconds   = 0.1
	MaxSeconds     = 3600
)

// A Suite is what there is to choose from.
type Suite struct{ Cases, Systems []string }

// A Choice is what a run of a suite is asked for. Zero values stand for the usual, but of
// one that is exact: its numbers were said, and zero is none that can be meant.
type Choice struct {
	Case    string   // a pattern, see [Matches]
	Systems []string // that are named anywhere in the options; "" is none
	Reps    int
	Seconds float64
	Exact   bool
}

// Check says, as an ErrOptions, what is wrong with a choice.
func (s Suite) Check(c Choice) error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: "+format, append([]any{ErrOptions}, args...)...)
	}
	if _, err := path.Match(c.Case, ""); err != nil {
		return bad("case %q: %w", c.Case, err)
	}
	for _, name := range c.Systems {
		if name != "" && !slices.Contains(s.Systems, name) {
			return bad("no system %q (there are %v)", name, s.Systems)
		}
	}
	usual := !c.Exact
	switch {
	case !slices.ContainsFunc(s.Cases, func(name string) bool { return Matches(c.Case, name) }):
		return bad("no case %q (there are %v)", c.Case, s.Cases)
	case !(c.Reps == 0 && usual) && (c.Reps < 1 || c.Reps > MaxReps):
		return bad("%d repetitions (want 1 to %d)", c.Reps, MaxReps)
	case !(c.Seconds == 0 && usual) && !(c.Seconds >= LeastSeconds && c.Seconds <= MaxSeconds):
		return bad("%v seconds (want %v to %v)", c.Seconds, LeastSeconds, MaxSeconds)
	}
	return nil
}

// Matches reports whether a pattern of path.Match stands for a case: for its name, or
// for the part of it before a slash. "" is all.
func Matches(pattern, name string) bool {
	for ; pattern != "" && name != "."; name = path.Dir(name) {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return pattern == ""
}

// Whole returns what a run of a suite comes to. When the context has ended, its error
// is the reason: a worker that was told to stop may have said something else.
func Whole[R any](ctx context.Context, run func(context.Context) (*R, error)) (*R, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := run(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}
