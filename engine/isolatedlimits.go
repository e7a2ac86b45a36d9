package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/shmengine/shmengine/engine/limits"
	"github.com/shmengine/shmengine/engine/process"
)

// Config.Limits and the processes of isolated calls. What holds for threads a process takes
// upon itself before it waits for a call (limits.Enter); what holds for processes when it
// has one, and has what it needs of the arena, before Config.WorkerInit and the function.

// limit gives the process of a place what is meant for it.
func (p *isolation) limit(place int, c *process.Command) {
	if l := p.e.cfg.Limits; !l.IsZero() {
		c.Env = append(c.Env, isolatedEnv+"=1", l.For(place, isolatedCgroup()).Env())
	}
}

// isolatedCgroup is how the names of their cgroups begin.
func isolatedCgroup() string { return cgroupName() + "-isolated" }

// enterIsolated takes upon this process, if it is for isolated calls, the limits of threads.
func enterIsolated() {
	if os.Getenv(isolatedEnv) == "" {
		return
	}
	if err := limits.Enter(firstFile); err != nil { // the data arena
		fmt.Fprintln(os.Stderr, "engine: isolated call:", err)
		os.Exit(exitFailed)
	}
}

// confine takes upon this process the rest of its limits, and leaves a report. The arena is
// attached before: its address space is not the function's.
func (x *exchange) confine() error {
	if os.Getenv(isolatedEnv) == "" {
		return nil
	}
	if err := errors.Join(os.Unsetenv(isolatedEnv), attachCovered()); err != nil {
		return err
	}
	items, err := limits.Finish()
	if err != nil {
		return err
	}
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	if len(text) > len(x.head.report) {
		return fmt.Errorf("limits: a report of %d bytes, at most %d: fewer or shorter paths", len(text), len(x.head.report))
	}
	x.head.told.Store(uint32(copy(x.head.report[:], text)))
	return nil
}

// note keeps what the process of a call says of its limits, if it has said anything.
func (p *isolation) note(h *isolatedCall) {
	n := int(h.told.Load())
	if n == 0 {
		return
	}
	p.report.Store(&LimitReport{Worker: -1, Items: itemsOf(h.report[:min(n, len(h.report))])})
}

// limits is the report of the process that reported last, if there is one.
func (at *isolationPlace) limits() []LimitReport {
	at.mu.Lock()
	defer at.mu.Unlock()
	if at.made != nil {
		if r := at.made.report.Load(); r != nil {
			at.last = []LimitReport{*r}
		}
	}
	return at.last
}
