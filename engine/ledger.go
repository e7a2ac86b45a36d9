package engine

import (
	"github.com/shmengine/shmengine/futex"
)

// An entry is one partition of a job: who has it, and what became of it.
// Its compare-and-swap is the claim, so no instant exists in which a partition
// is taken by nobody known; everything else is a hint.
//
//	bits 0-3    state
//	bit  4      begun: the kernel may have written (set only where that matters)
//	bit  5      offered: this is a cell of the task board, and not a free one
//	bits 8-23   attempt
//	bits 32-61  owner, the member id of the worker
//
// Transitions, and who makes them:
//
//	pending  -> running   a worker, claiming
//	running  -> running   the same worker, setting begun
//	running  -> done      the same worker
//	running  -> failed    the same worker, whose kernel returned an error
//	running  -> revoking  the coordinator, before it kills the worker
//	running  -> pending, failed    the coordinator, once the worker is confirmed dead
//	revoking -> pending, failed    the same
//	pending  -> failed    the coordinator, when the job is cancelled
type entry uint64

const (
	pending entry = iota
	running
	done
	failed
	revoking

	stateMask  entry = 0xf
	begun      entry = 1 << 4
	offered    entry = 1 << 5
	attemptOne entry = 1 << 8
	attemptMax       = 1<<16 - 1
	ownerShift       = 32
)

func (e entry) state() entry    { return e & stateMask }
func (e entry) attempt() int    { return int(e>>8) & attemptMax }
func (e entry) owner() futex.ID { return futex.ID(e >> ownerShift) }

// busy reports whether somebody may be writing this partition's output.
func (e entry) busy() bool { return e.state() == running || e.state() == revoking }

// claimed is e, which is pending, in the hands of owner.
func (e entry) claimed(owner futex.ID) entry {
	return e&(attemptMax<<8) | running | entry(owner)<<ownerShift
}

// ended is e in state s, with its owner and attempt kept for the record.
func (e entry) ended(s entry) entry { return e&^(stateMask|begun) | s }

// again is e offered once more: the owner is dead.
func (e entry) again() entry { return e&(attemptMax<<8) + attemptOne }

func (l *ledgerEntry) load() entry              { return entry(l.v.Load()) }
func (l *ledgerEntry) swap(old, new entry) bool { return l.v.CompareAndSwap(uint64(old), uint64(new)) }

// tally is a count of a ledger's entries by state.
type tally struct{ pending, busy, done, failed int }

func count(ledger []ledgerEntry) (t tally) {
	for i := range ledger {
		switch e := ledger[i].load(); e.state() {
		case pending:
			t.pending++
		case done:
			t.done++
		case failed:
			t.failed++
		default:
			t.busy++
		}
	}
	return t
}
