package shmarena

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/shmengine/shmengine/internal/stepkill"
)

// survive is what a survivor does right after the kill.
func (r *killRig) survive(p stepkill.Point) error {
	ctx, cancel := context.WithTimeout(bg, 5*time.Minute)
	defer cancel()
	before, err := r.seen()
	if err != nil {
		return err
	}
	if err := errors.Join(r.lookAtMap(before, p), r.lookAtValue(p), r.lookAtList(p)); err != nil {
		return err
	}
	for k := int64(0); k < 300; k++ { // on every stripe; and it grows
		if err := r.m.Set(ctx, 200_000_000+k, recordOf(k)); err != nil {
			return err
		}
	}
	for k := int64(0); k < 300; k++ {
		if was, err := r.m.Delete(ctx, 200_000_000+k); err != nil || !was {
			return fmt.Errorf("delete: %v, %w", was, err)
		}
	}
	if _, err := r.l.Append(ctx, recordOf(7)); err != nil {
		return err
	}
	if err := r.v.Store(ctx, recordOf(8)); err != nil {
		return err
	}
	after, err := r.seen()
	if err != nil || !maps.Equal(after, before) {
		return fmt.Errorf("%d entries, then %d: %w", len(before), len(after), err)
	}
	if n := r.m.Len(); n != len(after) {
		return fmt.Errorf("Len %d, %d entries", n, len(after))
	}
	var tab table
	if err := r.m.view(&tab); err != nil {
		return err
	}
	return tab.check()
}

// seen is the map by a walk, which must agree with Get.
func (r *killRig) seen() (map[int64]record, error) {
	seen := map[int64]record{}
	err := r.m.Each(func(k int64, v record) bool { seen[k] = v; return true })
	for k, v := range seen {
		if got, has, e := r.m.Get(k); e != nil || !has || got != v || !v.whole() {
			err = errors.Join(err, fmt.Errorf("key %d: walked %v, got %v, %v, %w", k, v, got, has, e))
		}
	}
	return seen, err
}

func (r *killRig) lookAtMap(seen map[int64]record, p stepkill.Point) error {
	for k, want := range r.want {
		v, has := seen[k]
		touched := k == 5 && slices.Contains([]string{"overwrite", "delete", "update"}, r.op)
		switch {
		case !touched && (!has || v != want):
			return fmt.Errorf("key %d is %v, %v", k, v, has)
		case touched && r.op == "delete" && has && (p.End || v != want),
			touched && r.op != "delete" && (!has || v != recordOf(1000) && (p.End || v != want)):
			return fmt.Errorf("key %d is %v, %v, after %s", k, v, has, r.op)
		}
	}
	v, has := seen[keyToInsert(r.m)]
	inserts := slices.Contains([]string{"insert", "split", "grow", "spill"}, r.op)
	if has && (!inserts || v != recordOf(1000)) || !has && inserts && p.End {
		return fmt.Errorf("the inserted key is %v, %v", v, has)
	}
	if want := len(r.want); len(seen) > want+1 || len(seen) < want-1 {
		return fmt.Errorf("%d entries of %d", len(seen), want)
	}
	return nil
}

func (r *killRig) lookAtValue(p stepkill.Point) error {
	v, err := r.v.Load()
	if err != nil || v != recordOf(1) && (r.op != "store" || v != recordOf(1000)) || r.op == "store" && p.End && v != recordOf(1000) {
		return fmt.Errorf("value is %v, %w", v, err)
	}
	return nil
}

func (r *killRig) lookAtList(p stepkill.Point) error {
	var want []record
	for i := range int64(listFirst - 1) {
		want = append(want, recordOf(i))
	}
	if r.op == "extend" {
		want = append(want, recordOf(listFirst-1))
	}
	old, changed := want, want
	switch r.op {
	case "append", "extend":
		changed = append(slices.Clone(want), recordOf(1000))
	case "pop":
		changed = want[:len(want)-1]
	case "list set":
		changed = slices.Clone(want)
		changed[1] = recordOf(1000)
	}
	var got []record
	for i, v := range r.l.All() {
		if i != len(got) {
			return fmt.Errorf("element %d after %d", i, len(got))
		}
		got = append(got, v)
	}
	if !slices.Equal(got, changed) && (p.End || !slices.Equal(got, old)) {
		return fmt.Errorf("list is %v", got)
	}
	return nil
}

// putAway frees everything and looks that nothing is left.
func (r *killRig) putAway() error {
	var errs []error
	for _, name := range []string{"m", "v", "l"} {
		errs = append(errs, r.a.Unpublish(name))
	}
	errs = append(errs, r.m.Free(), r.v.Free(), r.l.Free(), lostBlocks(r.a), r.a.Verify())
	if s := r.a.Stats(); s.InUse != 0 {
		errs = append(errs, fmt.Errorf("%+v", s))
	}
	return errors.Join(errs...)
}

// lostBlocks looks whether a process that was killed has lost a block: there is
// none that no collection names.
func lostBlocks(a *Arena) error {
	if _, err := a.Reap(); err != nil {
		return err
	}
	lost, err := a.Orphans()
	if err == nil && lost.Blocks > 0 {
		err = fmt.Errorf("%d blocks are lost", lost.Blocks)
	}
	return err
}
