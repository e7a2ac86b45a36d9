// Package byhour is the main job: the delay of flights by the hour of their
// scheduled departure, and how delay and distance go together.
//
// What it is. [Accumulate] reduces one leaf of rows to a [Partial]: for each
// hour count, mean, M2, minimum, maximum and a histogram of the delay, and the
// co-moments of delay and distance. [Merge] joins the partials of neighbouring
// runs of rows. Whoever merges the leaves in the tree of [Fold] gets the same
// bits, however many workers computed which leaves, and wherever they ran.
// [Exact] is the reference: plain loops with integer sums of 128 bits, sharing
// no code with the kernels, correct to the last bit.
//
// Who may call it at once. Everything is a pure function of its arguments.
//
// Who owns the memory. A Partial is a plain value without pointers, so it may
// lie in shared memory or go through a pipe as it is.
//
// What a dead or hostile peer does. Nothing: a partial that came from another
// process is data, and [Partial.Near] says whether it is the right data.
//
// What it does not do. It starts nothing, moves no data and measures no time.
package byhour
