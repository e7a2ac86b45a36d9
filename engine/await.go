package engine

import (
	"context"

	"github.com/shmengine/shmengine/internal/spin"
)

// shortLeaves is how many leaves for each worker a job may have at most that its
// caller spins for: more of them outlast any window.
const shortLeaves = 4

// short reports whether the job may be done before its caller would sleep.
func (r *request) short(workers int) bool { return r.parts<<r.shift <= shortLeaves*workers }

// await returns when j has ended. Waking a sleeper costs tens of microseconds, so
// whoever runs a short job looks at its words for a while; then nobody is told of
// its end.
//
//	caller:  asleep = 1;     look at remaining;  sleep until told
//	worker:  remaining - 1;  look at asleep;     tell
//
// One of the two sees what the other wrote. A worker that dies between the two is
// seen dead, and its jobs are looked at then.
func (p *processes) await(ctx context.Context, j *job) {
	if p.e.cfg.Help {
		p.help(ctx, j)
	}
	if j.spin {
		for s := (spin.Spinner{}); s.Next(); {
			if j.news() && p.look(j) {
				return
			}
		}
		j.shared.asleep.Store(1)
		if j.news() && p.look(j) {
			return
		}
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		p.abort(j, ctx.Err())
		<-j.done
	}
}

// look settles j if it can be, and reports whether it has ended.
func (p *processes) look(j *job) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle(j)
	return j.ended
}
