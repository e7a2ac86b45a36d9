// Package member keeps the table of the processes that are attached to a
// segment, tells who of them is alive, and has sleepers woken when one dies.
//
// # What it is
//
// A [Member] is this process's entry in a table in shared memory; it implements
// [futex.Member]. Its id is a slot and a generation, never given out twice. Its
// life is a byte lock on an open file description that nothing else uses: the
// kernel drops it when the process ends, however that happens, and keeps it for
// a process that is stopped. So Alive is a question to the kernel, true across
// reused pids and pid namespaces, never a heartbeat.
//
// # Lives
//
// Join takes a slot under the slot's second byte, the claim: it locks the life
// byte, then stores LIVE with the next generation. Leave stores FREE with the
// next generation, then drops the lock. Whoever sweeps a dead member steps the
// generation first, under the claim, and calls Config.Sweep before the slot is
// free. Hence:
//
//   - A LIVE slot whose life byte is free is a dead member, with no exception.
//   - Once Alive(id) is false it stays false: the life byte of the slot is not
//     locked again before the generation has moved on.
//   - A process killed at any step leaves a slot that the next one can take or
//     sweep. A sweep that was cut short is done again, by any member.
//   - A full table of dead members can be joined: a joiner adopts a dead one's
//     slot and its debt; the adopter's Reap, or who sweeps the adopter, pays it.
//
// Slots are reused first in, first out, and retired before a generation wraps.
//
// # Supervision
//
// The first contended Park of a process starts it: a goroutine asleep on the table's
// membership word and the others' life words, and one for each other member, waiting for its pidfd
// in the runtime's poller. That is one thread and no work while nothing happens.
// When a process has ended, its life is probed until the lock is gone (a child that it was
// just forking may hold it for an instant); then this process's sleepers are nudged, the
// dead one is swept, and they are nudged again. Before that a robust futex gives notice, of
// a thread that each member has for it and that stays 100 ms after Leave for the next
// one: when all threads of the process are in their exit the member is dead to all, though not swept yet (dying.go). Where no pidfd
// can be had (another pid namespace) the life is probed by timer, 10 ms to 1 s apart.
//
// # Who may call it, and who owns the memory
//
// Any goroutine may call the methods. The memory is the caller's and stays mapped
// until Leave has returned; the lock file is the member's from Join on. Several
// members may live in one process, each with its own lock file: tests do.
//
// # Dead and hostile peers
//
// Whatever stands in the table is bounded before it is used. A hostile peer can
// hide members from each other, have Sweep called for ids that never lived, and
// fill the table. It cannot have an id given out twice to live members by honest
// ones, cause a fault, or make a call run for ever.
//
// # What it does not do
//
// It recovers nothing: Sweep does. A member that execs without Leave is dead, since
// its lock file is closed, but its process does not end: who asks is told, who
// sleeps already is told at the next join, leave or death.
package member
