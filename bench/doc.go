// Package bench measures the main job: the same work on the same rows by the
// engine and by its rivals, side by side in one run.
//
// What it is. [Run] loads flights, tiles them to a size, starts the systems of
// package systems, and times them in rounds: each round runs each system once,
// in an order that rotates, so that whatever slows the machine slows all of
// them, and ratios are taken round by round. Every answer, warm-ups included,
// is compared with a reference that shares no code with the kernels and, bit
// for bit, with that of one goroutine; one wrong answer and there are no
// figures. Copied bytes and system calls are counted by the kernel in runs of
// their own, which are not timed. [Chaos] kills workers in the middle of their
// work and compares the answers.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. Run allocates about three times the size it measures
// with, and gives everything back before it returns.
//
// What a dead peer does. A killed worker of the engine is replaced and its
// part done again; a killed worker of a rival ends the run with an error. All
// processes end with this one, however it ends.
//
// What it does not do. It pins no CPUs and changes no setting of the machine.
// [Report] is the figures; what they mean elsewhere is for its reader.
//
// A program that calls Run or Chaos has called engine.Init and [Init] at the
// start of main.
package bench
