package stepkill

import (
	"errors"
	"os"
	"strings"
)

// RunCalls kills children before and after each system call of the region's
// thread, and verifies what they leave, the last one at the end of the region. It
// fails the test like Run. The result is the points, the end not among them.
//
// Calls of the Go runtime on that thread count as well, and may be more or less in
// one child than in another: so a child that reaches the end before its point is
// the last. Stride, Watch, Skip and Asleep have no meaning here.
func RunCalls(tb TB, cfg Config) []Point {
	tb.Helper()
	r := &run{tb: tb, cfg: cfg}
	var points []Point
	for k := 0; len(r.failed) < enough; k++ {
		p, err := r.callChild(k)
		switch {
		case errors.Is(err, errors.ErrUnsupported):
			tb.Skipf("stepkill: system calls are counted on linux/amd64 only")
		case errors.Is(err, os.ErrPermission):
			tb.Skipf("stepkill: this process may not trace its children: %v", err)
		case err != nil:
			tb.Fatalf("stepkill: child %q, at stop %d: %v", cfg.Child, k, err)
		}
		r.judge(p)
		if p.End {
			break
		}
		points = append(points, p)
	}
	if len(r.failed) > 0 {
		tb.Errorf("stepkill: child %q: wrong at %d of %d kill points tried:\n\t%s",
			cfg.Child, len(r.failed), r.kills, strings.Join(r.failed, "\n\t"))
	}
	return points
}

// callChild runs one child, and is done with it when it returns.
func (r *run) callChild(k int) (Point, error) {
	if r.cfg.Prepare != nil {
		r.cfg.Prepare()
	}
	s := &scope{TB: r.tb}
	defer s.end()
	return traceCalls(s, r.cfg, k)
}
