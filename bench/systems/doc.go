// Package systems runs the main job in the ways that a Go program could: on
// goroutines, in worker processes fed over pipes, in Python's pool, and in the
// engine. Each way is written as well as its authors know how; a rival that
// looks weak here is a bug.
//
// What it is. A [System] keeps whatever it needs started: workers, pipes, an
// arena. [System.Prepare] puts a table where that system wants its input, which
// is not timed, and gives a [Job]; [Job.Run] is what is timed. All but Python
// run the same kernels on the same leaves and merge in the same tree, so their
// answers are equal to the bit.
//
// Who may call it at once. One goroutine uses a System and its Jobs; different
// Systems are independent, but running two at once would measure neither.
//
// Who owns the memory. The caller owns the table, and leaves it alone while a
// Job of it exists. A Job's buffers are its own and end with [Job.Close].
//
// What a dead worker does. The engine replaces it and runs its part again; a
// dead pipe or Python worker is an error of Run, after which that System is of
// no more use. All workers end when this process dies, however it dies.
//
// What it does not do. It takes no times, checks no answers and prints nothing.
//
// A program that uses the pipe systems calls [Init] at the start of main, since
// their workers are the same program started again.
package systems
