package stepkill

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// TB is the part of [testing.TB] that this package uses.
type TB = reexec.TB

// Config says what is killed and how it is judged. Child and Verify must be
// set.
type Config struct {
	Child string     // the registered function; it calls Region once
	Args  []string   // its arguments
	Files []*os.File // its files
	Env   []string   // its environment, before the test's

	// Prepare makes the memory ready for one child, before it starts.
	Prepare func()

	// Verify judges what a killed child has left. It follows each Prepare.
	Verify func(Point) error

	// Asleep is called when the region sleeps in a system call and nothing in
	// its process will wake it: it lets somebody outside do it. Without it the
	// region ends there.
	Asleep func()

	// Meanwhile, if given, is called with the child standing at its point, which then makes
	// the rest of the region and is killed at its end: what Meanwhile does falls between
	// two instructions. What the child has looked at counts here as well as what
	// it has changed, so leave File and Watch empty. Meanwhile must not wait for something
	// that the child holds there.
	Meanwhile func(Point)

	// File is all that survivors can see of a process that is dead. If given, a kill
	// is left out where neither a byte of it has changed, nor how much memory it
	// takes, nor a system call was made since the kill before: the two kills
	// leave the same, so that none of the instructions is untried. All of
	// it is read at each step of the first child.
	File *os.File

	// Stride kills only at every n-th instruction. 0 is 1: at every one.
	Stride int

	// Watch is the test's view of the memory that matters to survivors. It is File
	// for a part of what they can see, and cheaper: what happens elsewhere is
	// taken for nothing.
	Watch []byte

	// Skip are prefixes of names of functions in which not to kill, such as
	// "runtime.". What they do is still stepped through.
	Skip []string

	// Only, if given, are prefixes of names of the only functions in which to kill.
	Only []string
}

// Point is one kill.
type Point struct {
	K      int    // steps done: instructions, and falls asleep; -1 if not known
	Where  string // the instruction that was not executed any more
	Asleep bool   // the process was asleep in the system call just before it
	End    bool   // the whole region was done
	Call   string // of RunCalls: "before openat" or "after openat"

	pc uintptr // of the instruction that was not executed; 0 if not known
}

// strayed is K of a child that went another way than the first one.
const strayed = -1

func (p Point) String() string {
	after := fmt.Sprintf("killed after %d steps", p.K)
	if p.K == strayed {
		after = "killed on another way"
	}
	switch {
	case p.Call != "":
		return fmt.Sprintf("killed %s, stop %d", p.Call, p.K)
	case p.End:
		return after + ", at the end of the region"
	case p.Asleep:
		return after + ", asleep in " + p.Where
	}
	return after + ", before " + p.Where
}

// lifetime bounds the stepping of one child: some millions of steps, or thousands where each
// waits for a CPU.
var lifetime = 5 * time.Minute

// enough failed kill points show what is wrong.
const enough = 10

// Run kills children at each point of the region and verifies what they leave.
// It fails the test with the list of points where Verify returned an error.
// The result is the number of kills.
func Run(tb TB, cfg Config) int {
	tb.Helper()
	if why := unsupported(); why != "" {
		tb.Skipf("stepkill: %s", why)
	}
	r := &run{tb: tb, cfg: cfg}
	trace := r.whole()
	from, ks := anchors(trace), cfg.choose(trace)
	tb.Logf("stepkill: child %q: %d steps, to be killed after %d of them", cfg.Child, len(trace), len(ks))
	for _, k := range ks {
		if len(r.failed) < enough {
			r.killAt(k, trace, from[k])
		}
	}
	if len(r.failed) > 0 {
		tb.Errorf("stepkill: child %q: wrong at %d of %d kill points tried:\n\t%s",
			cfg.Child, len(r.failed), r.kills, strings.Join(r.failed, "\n\t"))
	}
	return r.kills
}

// run is the state of one Run.
type run struct {
	tb     TB
	cfg    Config
	kills  int
	failed []string
}

// wholeRegion is the number of steps of a child that gets to the end.
const wholeRegion = int(^uint(0) >> 1)

// killAt has a child killed after k steps of the known ones. With Config.File, where
// the steps stand for others that are left out, it must have got to the same
// instruction, and a few children try to. What the runtime calls now and then
// in one child, and not in another, changes nothing of the file.
func (r *run) killAt(k int, known []step, from anchor) {
	r.tb.Helper()
	const tries = 5
	for range tries {
		p := r.killOne(k, known, from)
		if r.cfg.File == nil || p.pc == known[k].pc || len(r.failed) >= enough {
			return
		}
	}
	if k > 0 && known[k-1].changed {
		r.failed = append(r.failed, fmt.Sprintf("after %d steps, before %s: none of %d children got there", k, where(known[k].pc), tries))
	}
}

// whole has a child make all steps, kills it at the end, and returns its steps.
func (r *run) whole() []step {
	r.tb.Helper()
	p, trace, err := r.child(wholeRegion, nil, anchor{})
	r.done(p, trace, err)
	return trace
}

// killOne has one child killed after k steps and verified. A child that strayed
// from the known steps was killed too, so it is verified like any other, and the
// next one makes all steps one by one.
func (r *run) killOne(k int, known []step, from anchor) Point {
	r.tb.Helper()
	p, trace, err := r.child(k, known, from)
	if errors.Is(err, errStrayed) {
		p.K = strayed
		r.judge(p)
		p, trace, err = r.child(k, nil, anchor{})
	}
	r.done(p, trace, err)
	return p
}

// done has what a child left verified, if it could be killed.
func (r *run) done(p Point, trace []step, err error) {
	r.tb.Helper()
	if errors.Is(err, os.ErrPermission) {
		r.tb.Skipf("stepkill: this process may not trace its children: %v", err)
	}
	if err != nil {
		r.tb.Fatalf("stepkill: child %q, after %d steps: %v", r.cfg.Child, len(trace), err)
	}
	r.judge(p)
}

// judge has what a killed child left verified.
func (r *run) judge(p Point) {
	r.kills++
	if err := r.cfg.Verify(p); err != nil {
		r.failed = append(r.failed, fmt.Sprintf("%v: %v", p, err))
	}
}

// child runs one child, and is done with it when it returns.
func (r *run) child(k int, known []step, from anchor) (Point, []step, error) {
	r.tb.Helper()
	if r.cfg.Prepare != nil {
		r.cfg.Prepare()
	}
	s := &scope{TB: r.tb}
	defer s.end()
	return traceChild(s, r.cfg, k, known, from)
}

// step is one instruction of the region, or one fall asleep within it.
type step struct {
	pc      uintptr // the instruction
	system  bool    // it is a system call
	changed bool    // what is watched differs from before it
}

// choose returns the numbers of steps after which to kill, apart from all.
func (c Config) choose(trace []step) []int {
	var ks []int
	for k, next := range trace {
		if c.skips(next.pc) || c.chosen() && k > 0 && !tellable(trace[k-1]) {
			continue
		}
		ks = append(ks, k)
	}
	if c.Stride <= 1 {
		return ks
	}
	var few []int
	for i := 0; i < len(ks); i += c.Stride {
		few = append(few, ks[i])
	}
	return few
}

// chosen reports whether only kills are tried that leave something new.
func (c Config) chosen() bool { return c.Watch != nil || c.File != nil }

// tellable reports whether a survivor can tell if the step was made.
func tellable(s step) bool { return s.changed || s.system }

func (c Config) skips(pc uintptr) bool {
	name := function(pc)
	begins := func(prefix string) bool { return strings.HasPrefix(name, prefix) }
	return slices.ContainsFunc(c.Skip, begins) || len(c.Only) > 0 && !slices.ContainsFunc(c.Only, begins)
}

// scope is a TB whose clean-up comes with the end of one child, not of the
// test: there are thousands of children.
type scope struct {
	TB
	cleanup []func()
}

func (s *scope) Cleanup(f func()) { s.cleanup = append(s.cleanup, f) }

func (s *scope) end() {
	for i := len(s.cleanup) - 1; i >= 0; i-- {
		s.cleanup[i]()
	}
}
