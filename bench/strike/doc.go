// Package strike kills worker processes while they are at work.
//
// What it is. [Kill] kills one worker of an engine, and is sure that it was in the middle
// of a partition.
//
// Who may call it at once. Anyone.
//
// Who owns the memory. There is none.
//
// What a dead peer does. A process that is gone is no error, and nobody else is hit in its
// place: it is held by a pidfd before the engine is asked whether it is the one.
//
// What it does not do. It does not choose, wait or count.
package strike
