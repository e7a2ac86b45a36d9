// Package chaos runs jobs of every kind in the engine while their workers are killed, are
// stopped past their deadline, run into faults, and find no memory, and compares every
// answer to the bit.
//
// What it is. [Run] does jobs until a time or a number is over. A plan, made of a seed alone, says
// for each attempt at each partition and task of each job whether it meets a fault, and which; the
// kernel itself carries it out, half-way through its rows, so that the same seed is the same
// faults. Kills from outside, at any instruction, come on top if asked for.
//
// What is compared. Each answer with one that was computed in this process, without an
// engine; each error with the fault that the plan has for it. An answer that is not
// right, and an error that is not to be, is counted as wrong, with the job that it was of. In the end nothing
// may be left of the engines: no descriptor, mapping, child, and no name in /dev/shm.
//
// Who may call it at once. One Run at a time: it counts what this process has.
//
// Who owns the memory. Inputs, outputs and board lie in the arena of Run's engine and end
// with it.
//
// What a dead peer does. That is what is tried.
//
// What it does not do. It takes no times. It does not kill this process: see the package's
// tests, and those of the engine.
//
// A program that calls Run has called [Init] at the start of main, behind engine.Init.
package chaos
