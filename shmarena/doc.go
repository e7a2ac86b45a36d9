// Package shmarena gives several processes one piece of memory, and an
// allocator in it.
//
//	a, err := shmarena.Create(shmarena.Options{Name: "prices", Size: 8 << 30})
//	x, err := shmarena.Alloc[float64](a, n)
//	s := x.Slice()               // a []float64 onto the shared pages
//	err = a.Publish("mid", x)
//
//	// in another process
//	a, err := shmarena.Open("prices")
//	x, err := shmarena.Lookup[float64](a, "mid")
//
// An [Arena] is a file in /dev/shm, or a memfd, that every process maps at an
// address of its own. Its capacity is a hole in that file: memory is used as
// blocks are allocated and given back as they are freed. Nothing ever moves. An
// [Array] is a plain value of 24 bytes that names a block by offset, so it can
// go through rings, into structs in shared memory, and to other programs.
//
// Everything may be called by any number of goroutines of any number of
// processes at once. What is in the blocks is the callers' business: order
// reads and writes with package futex, package ringbuf, or atomics.
//
// # Who owns the memory
//
// A block belongs to nobody: it stays until some process frees it, and outlives
// the process that allocated it. Alloc reserves what it hands out, so a full
// /dev/shm is [ErrNoSpace] there, with numbers, and never SIGBUS at first
// touch. New blocks are zero. Blocks of up to 32 KiB share spans of 64 KiB by
// size; larger ones take whole spans, but only as many pages as they have bytes.
//
// An arena without a name is gone with its last member, whatever killed it. A
// named one stays until [Unlink], or until [Sweep] finds it without members.
// A block that a living process has frozen, views or references is not freed. A
// slice used after Free sees whatever is there next, one used after Close faults.
//
// # When a process dies
//
// kill -9 at any instruction of any call leaves the arena usable at once: a
// change of the tables that was half made is completed by the next one to take
// the lock, and blocks that were being allocated or freed come back when the
// death is noticed: by whoever waits for the dead process, by the next one to
// attach, or by [Arena.Reap]. What a dead process had allocated stays, since
// another may be using it; see [Arena.Orphans]. A stopped process is alive:
// calls that need what it holds give up with [ErrBusy] after ten seconds. A
// creator that is killed leaves nothing, or the complete arena.
//
// # When a peer is hostile
//
// Whoever can write to the arena can spoil contents, counters, and which blocks
// are free. It cannot make the calls of this package read or write outside the
// segment, fault, or loop. Two exceptions: a file in /dev/shm can be cut short
// under those who have it mapped, which is SIGBUS at the next access (a memfd,
// [BackingMemfd], is sealed against it); and a peer that punches holes into
// live blocks while memory is exhausted brings SIGBUS to who touches them.
//
// # What it does not do
//
// No pointers ([ErrNotPOD]), no growing of arenas, no persistence, no fairness
// between allocators. Little-endian 64-bit Linux only; elsewhere every call is
// errors.ErrUnsupported. The bytes are drawn in docs/memory-layout.md.
package shmarena
