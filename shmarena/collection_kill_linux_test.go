package shmarena

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// record is a value that is torn if its fields are not related.
type record struct{ A, B int64 }

func recordOf(n int64) record { return record{n, ^n} }

func (r record) whole() bool { return r.B == ^r.A }

// changer does one thing to a collection, instruction by instruction.
var changer = reexec.Register("changer", func(c *reexec.Child) {
	a, err := FromFD(c.File(0).Fd())
	if err != nil {
		c.Fatalf("%v", err)
	}
	m, err := LookupMap[int64, record](a, "m")
	v, err2 := LookupValue[record](a, "v")
	l, err3 := LookupList[record](a, "l")
	if err := errors.Join(err, err2, err3); err != nil {
		c.Fatalf("%v", err)
	}
	key := keyToInsert(m)
	// Warm, so that the region is short.
	err = errors.Join(m.Set(bg, 5, recordOf(5)), second(m.Delete(bg, -1)), second(m.Delete(bg, -2)), v.Store(bg, recordOf(1)), l.Set(bg, 0, recordOf(0)))
	stepkill.Region(c, func() {
		switch c.Args[0] {
		case "insert", "split", "grow", "spill":
			err = errors.Join(err, m.Set(bg, key, recordOf(1000)))
		case "overwrite":
			err = errors.Join(err, m.Set(bg, 5, recordOf(1000)))
		case "delete":
			_, err2 = m.Delete(bg, 5)
		case "update":
			err = errors.Join(err, m.Update(bg, 5, func(v *record, _ bool) bool { *v = recordOf(1000); return true }))
		case "store":
			err = errors.Join(err, v.Store(bg, recordOf(1000)))
		case "append", "extend":
			_, err2 = l.Append(bg, recordOf(1000))
		case "pop":
			_, _, err2 = l.Pop(bg)
		case "list set":
			err = errors.Join(err, l.Set(bg, 1, recordOf(1000)))
		}
	})
	if err := errors.Join(err, err2); err != nil {
		c.Fatalf("%v", err)
	}
})

// killRig is what a changer is killed at.
type killRig struct {
	a    *Arena
	op   string
	m    Map[int64, record]
	want map[int64]record
	v    Value[record]
	l    List[record]
}

// The map has the same seed for each child, so that all go the same way. The key
// that is inserted is of a stripe whose bucket is not split early.
const killedStripe, baseKeys = 12, 150

// inStripe returns the keys of that stripe, from some key on.
func inStripe(m Map[int64, record], from int64) func(yield func(int64) bool) {
	return func(yield func(int64) bool) {
		var tab table
		if m.view(&tab) != nil {
			return
		}
		for k := from; ; k++ {
			hash := tab.hash(bytesOf(&k))
			if tab.stripeOf(hash) == &tab.stripes[killedStripe] && !yield(k) {
				return
			}
		}
	}
}

func keyToInsert(m Map[int64, record]) int64 {
	for k := range inStripe(m, 1000) {
		return k
	}
	return 0
}

// entriesBefore is how many entries the stripe has before the region: so many
// that the next one needs a segment to split into, splits, or overflows.
var entriesBefore = map[string]int{"grow": 4, "split": 5, "spill": 7}

func (r *killRig) prepare(t *testing.T) {
	forgetTables(t, r.a)
	r.m = must(NewMap[int64, record](r.a, 0))(t)
	var tab table
	ok(t, r.m.view(&tab))
	tab.head.seed.Store(12345)
	tab.head.mult.Store(0x9e3779b97f4a7c15)
	r.want = map[int64]record{}
	set := func(k int64) {
		ok(t, r.m.Set(bg, k, recordOf(k)))
		r.want[k] = recordOf(k)
	}
	for k := int64(0); k < baseKeys; k++ {
		if tab.stripeOf(tab.hash(bytesOf(&k))).count.Load() < 3 || k == 5 {
			set(k)
		}
	}
	for k := range inStripe(r.m, 100_000) {
		if int(tab.stripes[killedStripe].count.Load()) >= entriesBefore[r.op] {
			break
		}
		set(k)
	}
	r.v, r.l = must(NewValue(r.a, recordOf(1)))(t), must(NewList[record](r.a))(t)
	for i := range int64(listFirst - 1) {
		must(r.l.Append(bg, recordOf(i)))(t)
	}
	if r.op == "extend" {
		must(r.l.Append(bg, recordOf(listFirst-1)))(t)
	}
	ok(t, errors.Join(r.a.Publish("m", r.m), r.a.Publish("v", r.v), r.a.Publish("l", r.l)))
}

// took reports whether an operation that ran to its end did what its name says.
func (r *killRig) took() error {
	var tab table
	if err := r.m.view(&tab); err != nil {
		return err
	}
	n, spill, part := tab.head.buckets.Load(), tab.stripes[killedStripe].spill.Load(), tab.head.parts[1].Load() != 0
	if want := r.op == "grow" || r.op == "split" || r.op == "spill"; part != want || (n > 64) != want || (spill > 0) != (r.op == "spill") {
		return fmt.Errorf("%d buckets, %d overflow", n, spill)
	}
	return nil
}

// Whatever a process was doing to a collection when it was killed, the next one
// goes on at once; what was acknowledged is there, and nothing by half.
func TestCollectionKilledAtEachInstruction(t *testing.T) {
	for _, op := range []string{
		"insert", "overwrite", "delete", "update", "split", "grow", "spill",
		"store", "append", "extend", "pop", "list set",
	} {
		t.Run(op, func(t *testing.T) {
			r := &killRig{a: newArena(t, 1<<20), op: op}
			end := 0
			cfg := stepkill.Config{
				Child: changer, Args: []string{op}, Files: []*os.File{r.a.File()},
				Watch:   r.a.at.region[:r.a.at.geo.blocks+6*spanSize],
				Prepare: func() { r.prepare(t) },
				Verify: func(p stepkill.Point) error {
					var err error
					if p.End {
						end++
						err = r.took()
					}
					return errors.Join(err, r.survive(p), r.putAway())
				},
			}
			if stress() {
				cfg.Watch, cfg.File = nil, cfg.Files[0]
			}
			kills := stepkill.Run(t, cfg)
			t.Logf("%s: %d kills", op, kills)
			if end == 0 || kills < 3 {
				t.Errorf("%d kills, of which %d at the end", kills, end)
			}
		})
	}
}
