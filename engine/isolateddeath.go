package engine

import (
	"errors"
	"fmt"

	"github.com/shmengine/shmengine/shmarena"
)

// failure is the error that the function's process has left as a result.
func (c *calling) failure(kind uint32, out []byte) error {
	switch kind {
	case recordError, recordPanic, recordBad, recordUnable:
	case recordNoSpace:
		return fmt.Errorf("the result: %w: more than %d bytes", shmarena.ErrNoSpace, maxTaskBytes)
	default:
		return fmt.Errorf("%w: kind %d", errRecord, kind)
	}
	r, err := remoteFrom(out)
	if err != nil {
		return err
	}
	return r.funcError(c.spec.name, kind)
}

// death is the error of a call whose process is dead, and whether the function had
// begun.
func (c *calling) death() (begun bool, err error) {
	if c.p.stop.Err() != nil {
		return true, ErrClosed
	}
	code, _ := c.job.ExitCode()
	report, tail := crashOf(c.job.CrashReport()), c.job.StderrTail()
	reason := exitText(code, c.job.ExitSignal())
	if report.what != "" && code == exitPanic {
		reason = report.what + ", " + reason
	}
	if at := c.head.faultAt.Load(); at != 0 {
		report.addr, report.known = at, true
	}
	kind, out, rerr := c.result()
	begun = c.was != callGiven
	if !begun {
		return false, fmt.Errorf("%w: a process for the call died before the function began (%s): %s", ErrWorkerStart, reason, tail)
	}
	we := &WorkerError{
		Worker: -1, PID: c.job.PID(), ExitCode: code, Reason: reason, Kernel: c.spec.name, Hi: 1, Attempts: 1,
		Dirty: c.spec.retry == NoRetry, Stderr: tail, task: true, Fault: report.fault(c.head.dataFrom.Load(), c.head.dataSize.Load()),
	}
	if rerr == nil && kind == recordPanic {
		we.cause = c.failure(kind, out)
	}
	c.p.e.stats.deaths.Add(1)
	c.p.e.cfg.Logger.Warn("isolated call died", "func", c.spec.name, "pid", we.PID, "reason", reason)
	if native(c.job.ExitSignal(), report) {
		if err := c.p.e.verify(); err != nil {
			return true, errors.Join(we, err)
		}
	}
	return true, we
}
