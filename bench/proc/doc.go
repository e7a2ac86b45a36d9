// Package proc measures processes side by side: how long it takes to have one at work, to
// hand work to one that is there already, and to know that one has ended.
//
// What it is. [Run] measures package engine/process and, where python3 is there, Python's
// multiprocessing with its three start methods. Each round measures each system once, in
// an order that rotates; ratios are taken round by round.
//
// What is counted. A sample is three readings of CLOCK_MONOTONIC, which all processes
// share: the parent's before, the child's, the parent's after. They must be in this order,
// and exit codes must be right, or there are no figures. spawn/first and standby/* end
// with the child's first statement; join begins with its last; death is all the parent's.
// Standby is a Starter of one process here, a Pool of one process there, because a fork
// server starts a process for each job. In standby/hot each job follows the one before at
// once, in standby/idle2ms both sides have slept for 2 ms. The first statement of a child
// comes behind what its program initialises: Python's is a program that imports what
// multiprocessing needs, and engine's one that imports engine/process, compiled on the
// spot; engine-self's is the program that measures, with every library of its own.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. Nothing is shared but pipes, which end with Run.
//
// What a dead peer does. death kills children on purpose. Any other that ends is an error;
// a Python program that does not answer is given up after a minute. All of them end with
// this process, however it ends.
//
// What it does not do. It pins nothing, and starts nothing in a namespace or cgroup.
//
// A program that calls Run has called [Init] at the start of main.
package proc
