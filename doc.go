// Package shmengine is a zero-copy, shared-memory data-processing engine for Linux.
//
// A coordinator process puts data into an arena in shared memory; worker processes map
// the same pages and run CPU kernels over parts of them. What passes between processes
// is a claim on a part of the data, never the data. A kernel that crashes, leaks or runs
// away takes one worker and one part with it, and comes back as a Go error.
//
// This package holds nothing itself. The packages of the module, from the bottom up:
//
//   - futex: wait and wake on 32-bit words that processes share, and the locks that
//     lie there (mutexes, semaphores, conditions, events, barriers), which no dead
//     process can keep.
//   - ringbuf: lock-free rings over a []byte, between goroutines or processes.
//   - shmarena: one mapped segment, addressed by offset: members, arrays, names.
//   - kernels: pure functions over slices, with AVX-512, AVX2 and plain-Go bodies.
//   - engine/process: child processes that die with their parent and are seen dead
//     within a millisecond.
//   - engine: coordinator and workers; map, reduce and parallel for over arrays, in
//     worker processes or on goroutines.
//   - bench: workloads, baselines and statistics as a library.
//   - cmd/shmbench: the command that measures, looks and cleans up.
//
// Start with package engine; its example is a whole program. docs/architecture.md
// follows one job through all of this, and docs/failure-model.md says what happens when
// something dies on the way.
//
// Everything builds on every system Go knows. Away from Linux, what needs shared memory
// returns errors.ErrUnsupported; away from amd64, kernels run their plain-Go bodies.
package shmengine
