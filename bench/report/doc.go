// Package report has what the reports of all suites have in common: what a
// figure is, what it has to be read with, which errors mean what, and how
// numbers are written.
//
// What it is. A [Measurement] is one figure and a [Meta] what figures are read
// with, both as JSON too.
// A [Case] is the figures of some systems in one case, as a table too.
// [ErrOptions], [ErrMachine] and [ErrWrong] are the reasons for no figures,
// [Cannot] finds the second in an error of the system. [Count], [Number],
// [Interval] and [Percent] write numbers for people.
//
// Who may call it at once. Pure functions and plain values.
//
// Who owns the memory. Everything is copied.
//
// What a dead or hostile peer does. There is none.
//
// What it does not do. It measures nothing, and prints nothing itself.
package report
