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
// address of its own. Its capacity is address space and a hole in a file:
// memory is used as blocks are allocated, and given back as they are freed.
// Nothing in an arena ever moves. An [Array] is a plain value of 24 bytes that
// names a block by offset and means the same in all processes, so it is what
// goes through rings, into structs in shared memory, and to other programs.
//
// # Who may call
//
// Everything may be called by any number of goroutines of any number of
// processes at once. What is in the blocks is the callers' business: order
// reads and writes with the locks of package futex, the rings of package
// ringbuf, or atomics.
//
// A process that has an arena attached is a member of it. It attaches once,
// however often it opens the arena; see [Arena].
//
// # Who owns the memory
//
// A block belongs to nobody: it stays until some process frees it, and outlives
// the process that allocated it. Alloc reserves the memory that it hands out,
// so a full /dev/shm is [ErrNoSpace] there, with numbers, and never SIGBUS at
// first touch. New blocks are zero. Every block takes whole 64 KiB spans of
// the capacity, but only as many pages of memory as it has bytes: many small
// values belong into one array.
//
// An arena without a name is gone with its last member, whatever killed it. A
// named one stays until [Unlink], or until [Sweep] finds it without members.
// Slices are plain Go slices, which nobody can take back: one that is used
// after Free sees whatever is there next, one that is used after Close faults.
//
// # When a process dies
//
// kill -9 at any instruction of any call leaves the arena usable at once: locks
// are taken over, a change of the tables that was half made is completed by
// the next one to take the lock, and blocks that were being allocated or freed
// come back when the death is noticed: by whoever waits for the dead process,
// by the next one to attach, or by [Arena.Reap]. What a dead process had
// allocated stays, since another may be using it; [Arena.Orphans] lists it. A
// stopped process is alive: nobody takes anything from it, and calls that need
// what it holds give up with [ErrBusy] after ten seconds.
//
// A creator that is killed leaves nothing, or the complete arena: its file gets
// its name as the last thing.
//
// # When a peer is hostile
//
// Whoever can write to the arena can spoil what is in it: contents, counters,
// which blocks are free, and so the work of all members. It cannot make the
// calls of this package read or write outside the segment, fault, or loop. The
// header that says where everything is carries a checksum, is checked before
// the arena is mapped, and is not looked at again. Two exceptions: a file in
// /dev/shm can be cut short by its owner under those who have it mapped, which
// is SIGBUS at the next access (a memfd, [BackingMemfd], is sealed against it);
// and a peer that punches holes into live blocks while memory is exhausted
// brings SIGBUS to whoever touches them.
//
// # What it does not do
//
// No pointers: an element type must be the same bytes in all processes, which
// is checked ([ErrNotPOD]). No growing of arrays. No persistence: the machine's
// restart ends an arena. No fairness between allocators. Little-endian 64-bit
// Linux only; elsewhere every call is errors.ErrUnsupported.
package shmarena
