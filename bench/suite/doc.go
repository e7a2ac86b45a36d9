// Package suite has what all suites that measure systems side by side do in the
// same way: what a run can be asked for, and the rounds in which systems take
// turns, so that whatever slows the machine slows all of them.
//
// What it is. [Options] say how much to measure, and who hears of it. A
// [Contest] is one case as this machine can measure it, and [Run] measures some.
// A [Reading] makes figures of what was measured: medians, and ratios to the
// baseline round by round.
//
// Who may call it at once. A run belongs to one goroutine, which the functions in
// Options and Contest are called by.
//
// Who owns the memory. What measuring returns is kept until its case is over.
//
// What a dead or hostile peer does. Measuring then fails, and with it the run.
//
// What it does not do. It starts no processes and does not know what is measured.
package suite
