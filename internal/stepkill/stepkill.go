package stepkill

import (
	"errors"
	"fmt"
	"os"
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

	// Stride kills only at every n-th instruction. 0 is 1: at every one.
	Stride int

	// Watch is the test's view of all memory that survivors can see. If given,
	// a kill is left out where neither a byte of it has changed nor a system
	// call was made since the kill before, because no survivor could tell. All
	// of it is compared at each step of the first child.
	Watch []byte

	// Skip are prefixes of names of functions in which not to kill, such as
	// "runtime.". What they do is still stepped through.
	Skip []string
}

// Point is one kill.
type Point struct {
	K      int    // steps done: instructions, and falls asleep; -1 if not known
	Where  string // the instruction that was not executed any more
	Asleep bool   // the process was asleep in the system call just before it
	End    bool   // the whole region was done
	Call   string // of RunCalls: "before openat" or "after openat"
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

// lifetime bounds the stepping of one child: some millions of steps.
var lifetime = time.Minute

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
	trace := r.kill(wholeRegion, nil, anchor{})
	from := anchors(trace)
	for _, k := range cfg.choose(trace) {
		if len(r.failed) < enough {
			r.kill(k, trace, from[k])
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

// kill has one child killed after k steps and verified; it returns its steps.
// A child that strayed from the known steps was killed too, so it is verified
// like any other, and the next one makes all steps one by one.
func (r *run) kill(k int, known []step, from anchor) []step {
	r.tb.Helper()
	p, trace, err := r.child(k, known, from)
	if errors.Is(err, errStrayed) {
		p.K = strayed
		r.judge(p)
		p, trace, err = r.child(k, nil, anchor{})
	}
	if errors.Is(err, os.ErrPermission) {
		r.tb.Skipf("stepkill: this process may not trace its children: %v", err)
	}
	if err != nil {
		r.tb.Fatalf("stepkill: child %q, after %d steps: %v", r.cfg.Child, len(trace), err)
	}
	r.judge(p)
	return trace
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
	changed bool    // watched memory differs from before it
}

// choose returns the numbers of steps after which to kill, apart from all.
func (c Config) choose(trace []step) []int {
	var ks []int
	for k, next := range trace {
		if c.skips(next.pc) || c.Watch != nil && k > 0 && !tellable(trace[k-1]) {
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

// tellable reports whether a survivor can tell if the step was made.
func tellable(s step) bool { return s.changed || s.system }

func (c Config) skips(pc uintptr) bool {
	name := function(pc)
	for _, prefix := range c.Skip {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
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
