package member

import (
	"fmt"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
)

// stepper joins, leaves or reaps in a region that is stepped through.
var stepper = reexec.Register("stepper", func(c *reexec.Child) {
	r := attachRig(c, c.File(0), slots)
	cfg := r.config(c, nil)
	if c.Args[0] == "join" {
		m, err := newMember(cfg)
		if err != nil {
			c.Fatalf("newMember: %v", err)
		}
		stepkill.Region(c, func() { _ = m.join(); m.announce() })
		return
	}
	m, err := Join(cfg)
	if err != nil {
		c.Fatalf("Join: %v", err)
	}
	switch c.Args[0] {
	case "leave":
		stepkill.Region(c, func() { m.vacate(); m.announce(); _ = m.lock.file.Close() })
	case "reap":
		stepkill.Region(c, func() { _, _ = m.Reap() })
	}
})

// Killed at every step of Join, Leave and Reap that a survivor can tell: no slot
// is lost, no id is given out twice, and a death is swept before its slot is
// used again.
func TestKilledInTheTable(t *testing.T) {
	for _, op := range []string{"join", "leave", "reap"} {
		t.Run(op, func(t *testing.T) {
			r := newRig(t, slots)
			ids := make(map[futex.ID]bool)
			kills := stepkill.Run(t, stepkill.Config{
				Child: stepper, Args: []string{op}, Watch: r.region, Files: files(r),
				Prepare: func() {
					if op == "reap" { // somebody dead to sweep
						m := r.join(t, nil)
						ids[m.ID()] = true
						die(m)
					}
				},
				Verify: func(stepkill.Point) error { return r.refill(t, ids) },
			})
			t.Logf("%d kills", kills)
		})
	}
}

// refill sweeps, takes every slot of the table, and leaves it again.
func (r *rig) refill(t *testing.T, ids map[futex.ID]bool) error {
	rec := newRecorder()
	var all []*Member
	defer func() {
		for _, m := range all {
			_ = m.Leave()
		}
	}()
	for i := range r.n {
		m, err := Join(r.config(t, rec.sweep))
		if err != nil {
			return fmt.Errorf("member %d of %d: %w", i, r.n, err)
		}
		all = append(all, m)
		if ids[m.ID()] {
			return fmt.Errorf("the id %#x was given out twice", m.ID())
		}
		ids[m.ID()] = true
		if _, err := m.Reap(); err != nil {
			return err
		}
	}
	for i := range r.n {
		if st := r.slot(i).load(); st.kind != live {
			return fmt.Errorf("slot %d is %v with all slots taken", i, st)
		}
	}
	return nil
}
