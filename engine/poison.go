package engine

import (
	"context"
	"fmt"
	"strings"
)

// Rows is a run of rows [Lo, Hi).
type Rows struct{ Lo, Hi int }

func (r Rows) String() string {
	if r.Hi == r.Lo+1 {
		return fmt.Sprint(r.Lo)
	}
	return fmt.Sprintf("%d to %d", r.Lo, r.Hi-1)
}

// A PoisonedError names the rows at which every worker died. It is an [ErrPoisoned],
// and the [*WorkerError] of the first partition that was given up.
//
// A partition of an [Idempotent] kernel that has killed its workers Config.Retries+1
// times is cut into up to 256 pieces, those that kill into 256 again, down to single
// rows; a row is named when it has killed two workers alone. So k bad rows cost at most
// k * (Retries + 4) workers in partitions of up to 64 Ki rows, and k more for each factor
// of 256; each costs the start of a process. After 64 workers it is enough: the rest of
// what is known to kill, and what was not tried any more, is named as it is, and Exact is
// false. Rows of [InOut] columns that are named are as they were before. With a negative
// Config.Retries nothing is begun anew, and nothing cut.
type PoisonedError struct {
	Kernel string
	Rows   []Rows // in order; neighbours are one
	Exact  bool   // each row that is named was found to kill
	Deaths int    // workers that died
	First  *WorkerError
}

// Error lists the first few rows.
func (e *PoisonedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: rows", ErrPoisoned)
	const most = 8
	for i, r := range e.Rows {
		if i == most {
			fmt.Fprintf(&b, " and %d more runs", len(e.Rows)-most)
			break
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, " %v", r)
	}
	if !e.Exact {
		b.WriteString(", not all of which were tried alone")
	}
	fmt.Fprintf(&b, " of kernel %s, after %d deaths; the first: %v", e.Kernel, e.Deaths, e.First)
	return b.String()
}

// Unwrap returns ErrPoisoned and the first WorkerError.
func (e *PoisonedError) Unwrap() []error { return []error{ErrPoisoned, e.First} }

// around calls f for the rows of n that are not named, in runs.
func (e *PoisonedError) around(n int, f func(lo, hi int)) {
	lo := 0
	if e != nil {
		for _, r := range e.Rows {
			if r.Lo > lo {
				f(lo, r.Lo)
			}
			lo = r.Hi
		}
	}
	if lo < n {
		f(lo, n)
	}
}

const (
	// maxPoison is how many workers a job may cost once something is given up.
	maxPoison = 64
	// pieces is how many a partition is cut into.
	pieces = 256
)

// poison is what a job knows of rows that kill. It is guarded by processes.mu.
type poison struct {
	first  *WorkerError
	deaths int    // of workers in partitions
	undone []Rows // what is not done, once the job has ended
	parts  []int  // the partitions that these are
	cut    bool   // it was enough: not all of these were tried
}

// A piece says that a job is a part of a partition of another one.
type piece struct {
	part  int // of the other job
	tried int // how often that was begun
	more  int // how often the pieces may be begun anew
	spent int // deaths before
}

func (p *piece) attempts() int {
	if p == nil {
		return 0
	}
	return p.tried
}

func (p *piece) whole() uint32 {
	if p == nil {
		return 0
	}
	return uint32(p.part) + 1
}

// tries is the attempt at which a partition is given up.
func (j *job) tries(retries int) int {
	if j.piece == nil {
		return retries
	}
	return j.piece.tried + j.piece.more
}

// poisoned notes a partition that is given up.
func (j *job) poisoned(we *WorkerError) {
	if j.poison.first == nil {
		j.poison.first = we
	}
	spent := j.poison.deaths
	if j.piece != nil {
		spent += j.piece.spent
	}
	if spent >= maxPoison {
		j.poison.cut = true
		j.shared.cancel.Store(1)
	}
}

// outcome is the error of a job that has partitions that failed; nil if these are only
// those that were given up.
func (j *job) outcome() error {
	if j.poison.first == nil || j.shared.failed.Load() == 2 {
		return j.failure()
	}
	for i := range j.ledger {
		if j.ledger[i].load().state() != done {
			lo, hi := j.span(i)
			j.poison.undone = append(j.poison.undone, Rows{lo, hi})
			j.poison.parts = append(j.poison.parts, i)
		}
	}
	return nil
}

// bisect runs what j has left undone, in ever smaller pieces.
func (p *processes) bisect(ctx context.Context, r *request, j *job) error {
	e := &PoisonedError{Kernel: r.spec.name, Exact: !j.poison.cut, Deaths: j.poison.deaths, First: j.poison.first}
	for n, rows := range j.poison.undone {
		if err := p.narrow(ctx, r, rows, j.poison.parts[n], e); err != nil {
			return err
		}
	}
	switch {
	case len(e.Rows) > 0:
	case r.collect == nil:
		return nil // in pieces they were harmless
	default: // but what they were reduced to is in pieces too
		e.Rows, e.Exact = j.poison.undone, false
	}
	return fmt.Errorf("run %s: %w", r.spec.name, e)
}

// narrow looks for the rows that kill among some of one partition.
func (p *processes) narrow(ctx context.Context, r *request, rows Rows, part int, e *PoisonedError) error {
	n := rows.Hi - rows.Lo
	if n == 1 && e.First.Hi-e.First.Lo == 1 || e.Deaths >= maxPoison {
		e.Exact = e.Exact && n == 1
		e.add(rows)
		return nil
	}
	sub := r.cut(rows, part, p.e.cfg.Retries, e.Deaths)
	k, err := p.runJob(ctx, sub)
	if err != nil {
		return err
	}
	e.Deaths += k.poison.deaths
	e.Exact = e.Exact && !k.poison.cut
	for _, left := range k.poison.undone {
		if sub.size == 1 || k.poison.cut {
			e.add(left)
		} else if err := p.narrow(ctx, r, left, part, e); err != nil {
			return err
		}
	}
	return nil
}

// cut is a job of some rows of one partition.
func (r *request) cut(rows Rows, part, retries, spent int) *request {
	n := rows.Hi - rows.Lo
	size := (n + pieces - 1) / pieces
	q := &piece{part: part, tried: retries + 1, spent: spent}
	if size == 1 {
		q.more = 1
	}
	return &request{
		spec: r.spec, args: r.args, first: rows.Lo, rows: n, size: size, parts: (n + size - 1) / size, piece: q,
	}
}

// add names rows, which come in order.
func (e *PoisonedError) add(rows Rows) {
	if n := len(e.Rows); n > 0 && e.Rows[n-1].Hi == rows.Lo {
		e.Rows[n-1].Hi = rows.Hi
		return
	}
	e.Rows = append(e.Rows, rows)
}
