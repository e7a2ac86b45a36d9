package engine

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/shmengine/shmengine/engine/limits"
)

// A LimitReport says what was done about Config.Limits in one worker.
type LimitReport struct {
	Worker int           `json:"worker"` // -1: the process of an isolated call
	Items  []limits.Item `json:"items"`
}

// Report returns what really holds of Config.Limits, for each worker: what its process
// said of itself when it started. Nothing where there are no limits; no items for a worker
// that has not started yet. The last one is of the latest isolated call that has ended, if
// there was any. After Close it is what it was.
func (e *Engine) Report() []LimitReport { return append(e.workerReports(), e.isolation.limits()...) }

func (e *Engine) workerReports() []LimitReport {
	p, ok := e.pool.(*processes)
	if !ok {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return slices.Clip(p.reports)
	}
	return p.readReports()
}

// readReports reads what the workers have left.
//
// Preconditions:
//   - p.mu is held, and the control arena is there.
func (p *processes) readReports() (all []LimitReport) {
	if p.control.reports.IsZero() {
		return nil
	}
	for i := range p.workers {
		r := LimitReport{Worker: i}
		if p.control.worker[i].state.Load() == stateReady { // pairs with the store in workerMain
			r.Items = readReport(p.control.report(i))
		}
		all = append(all, r)
	}
	return all
}

// report is where worker i leaves its report.
func (c *control) report(i int) []byte { return c.reports.Part(i*reportSize, (i+1)*reportSize) }

// readReport reads what a peer has written, or says that it cannot be read.
func readReport(b []byte) (items []limits.Item) {
	n := min(int(binary.LittleEndian.Uint32(b)), len(b)-4)
	return itemsOf(b[4 : 4+n])
}

// itemsOf is the items of a report, or one that says that it cannot be read.
func itemsOf(b []byte) (items []limits.Item) {
	text := append([]byte(nil), b...) // it may change under our eyes
	if err := json.Unmarshal(text, &items); err != nil {
		return []limits.Item{{What: "report", Why: err.Error()}}
	}
	return items
}

// confine takes the worker's limits upon it, and leaves a report.
func (w *member) confine() error {
	items, err := limits.Finish()
	if err != nil || items == nil || w.control.reports.IsZero() {
		return err
	}
	text, err := json.Marshal(items)
	if err != nil {
		return err
	}
	b := w.control.report(w.index)
	if len(text) > len(b)-4 {
		return fmt.Errorf("limits: a report of %d bytes, at most %d: fewer or shorter paths", len(text), len(b)-4)
	}
	copy(b[4:], text)
	binary.LittleEndian.PutUint32(b, uint32(len(text)))
	return nil
}

// cgroupName is how the names of the workers' cgroups begin.
func cgroupName() string { return fmt.Sprintf("shmengine-%d", os.Getpid()) }
