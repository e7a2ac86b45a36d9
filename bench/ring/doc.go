// Package ring measures how messages pass between two processes: the rings of ours beside C
// rings that are compiled on the spot, pipes, sockets, and channels in one process.
//
// What it is. [Run] starts the workers: this program again, and a C program. A case is
// measured in rounds, each system once in each, for a window of time, in an order that
// rotates; ratios are taken round by round. Processes are pinned to two CPUs in turn, but for
// pipe-warm, whose two share the first.
//
// What is counted. A message of 64 B is one slot of a cache line: 8 bytes of stamp or header
// and 56 of message; pipes and sockets carry 64. Each has a number and a checksum, which the
// receiver checks, and both sides add up what they saw: the sums must be equal, or there is an
// error and no figure. Of a longer message one word in each cache line is written by the
// sender, and checked by the receiver, behind a copy of all of it. A round trip has one
// message on its way; its time includes one reading of the clock, in C as in Go. Caught up means that the
// receiver takes each message as soon as it is there; backlog that a ring of 1,024 messages is
// filled first, and that only the draining is timed.
//
// Whoever waits for a ring pauses and looks again, in C as in Go, and yields if there are more
// processes than CPUs: the rings' own waiting, which sleeps in the end, is not what is measured,
// except in spsc-wait.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. The workers and the command; all of it ends with Run.
//
// What a dead peer does. A worker that ends, or does not answer for half a minute, is an error.
// All of them end with this process, however it ends.
//
// Messages by a schedule. In an open loop the sender does not wait for what became of earlier messages, and
// the time of each counts from when the schedule, which is given beforehand, has it sent: so what waits
// behind a slow one is seen. A system that does not keep the rate gets a note; after four windows it is
// sent no more, and what was not sent has waited until then.
//
// What it does not do. It measures no more than two CPUs' worth of processes.
//
// A program that calls Run has called engine.Init and [Init] at the start of main.
package ring
