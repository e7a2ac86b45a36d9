package engine

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/shmarena"
)

// node writes down its shape, so that equal roots mean equal trees.
type node struct {
	lo, hi int
	shape  string
}

func join(a, b node) node {
	if a.hi != b.lo {
		panic("merged what are no neighbours")
	}
	return node{a.lo, b.hi, "(" + a.shape + b.shape + ")"}
}

func leaves(lo, hi int) (t tree[node]) {
	t.merge = join
	for i := lo; i < hi; i++ {
		t.push(&node{i, i + 1, "."})
	}
	return t
}

// The tree over partitions, each a tree over its leaves, is the tree over all
// leaves, whatever the power of the partition.
func TestTreeHasOneShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "leaves")
		shift := rapid.IntRange(0, 9).Draw(t, "shift")
		one := leaves(0, n)
		want, _ := one.root()
		parts := tree[node]{merge: join}
		for lo := 0; lo < n; lo += 1 << shift {
			part := leaves(lo, min(lo+1<<shift, n))
			p, _ := part.root()
			parts.push(&p)
		}
		if got, ok := parts.root(); !ok || got != want {
			t.Fatalf("shift %d: %v, want %v", shift, got, want)
		}
	})
}

func TestPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 1<<45).Draw(t, "rows")
		workers := rapid.IntRange(1, maxWorkers).Draw(t, "workers")
		shift, parts := partition(rows, workers)
		if parts < 1 || parts > maxParts {
			t.Fatalf("%d partitions", parts)
		}
		if _, hi := span(parts-1, 0, LeafRows<<shift, rows); hi != rows {
			t.Fatalf("the last partition ends at %d", hi)
		}
		if lo, hi := span(parts-1, 0, LeafRows<<shift, rows); lo >= hi {
			t.Fatalf("the last partition is [%d, %d)", lo, hi)
		}
	})
}

func TestLedgerEntry(t *testing.T) {
	const owner = futex.ID(1<<30 - 2)
	e := pending.again().again()
	if e.state() != pending || e.attempt() != 2 || e.owner() != 0 || e.busy() {
		t.Errorf("pending: %x", e)
	}
	e = e.claimed(owner) | begun
	if e.state() != running || e.attempt() != 2 || e.owner() != owner || !e.busy() {
		t.Errorf("claimed: %x", e)
	}
	if r := e&^stateMask | revoking; !r.busy() || r&begun == 0 || r.owner() != owner {
		t.Errorf("revoking: %x", r)
	}
	if d := e.ended(done); d.state() != done || d.owner() != owner || d&begun != 0 || d.busy() {
		t.Errorf("done: %x", d)
	}
	if a := e.again(); a.state() != pending || a.attempt() != 3 || a.owner() != 0 || a&begun != 0 {
		t.Errorf("again: %x", a)
	}
}

func TestJobRef(t *testing.T) {
	r := refOf(maxJobs-1, 1<<32-1)
	if slot, ok := r.slot(); !ok || slot != maxJobs-1 || r.gen() != 1<<32-1 {
		t.Errorf("%x: %d %v", r, slot, ok)
	}
	if _, ok := jobRef(0).slot(); ok {
		t.Error("0 names a job")
	}
	if _, ok := jobRef(maxJobs + 1).slot(); ok {
		t.Error("a slot that is not there")
	}
}

func TestRegistrationRefuses(t *testing.T) {
	for what, f := range map[string]func(){
		"pointer":   func() { planOf[struct{ P *int }]("x") },
		"string":    func() { planOf[struct{ S string }]("x") },
		"too large": func() { planOf[[maxArgs + 1]byte]("x") },
		"no name":   func() { register(&spec{}) },
		"late":      func() { register(&spec{name: "test/late"}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s was accepted", what)
				}
			}()
			f()
		}()
	}
}

func TestPlanFindsColumns(t *testing.T) {
	type inner struct{ B Out[int64] }
	type args struct {
		N int64
		A In[float64]
		I inner
		C [2]InOut[float32]
	}
	p := planOf[args]("x")
	if len(p.columns) != 4 {
		t.Fatalf("%d columns: %+v", len(p.columns), p.columns)
	}
	a := args{A: InOf(shmarena.Array[float64]{})}
	cs := p.of(valueBytes(&a))
	for i, want := range []access{reads, writes, changes, changes} {
		if cs[i].access() != want || cs[i].rows() != 0 {
			t.Errorf("column %d: %v", i, cs[i].access())
		}
	}
}
