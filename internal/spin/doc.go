// Package spin is the waiting policy of the engine: how long a goroutine burns,
// when it yields, and when it must park.
//
// # What it is
//
// Waking a halted CPU takes 25 to 35 microseconds, whoever does it; a hop
// through a cache line takes 150 nanoseconds. So whoever waits for a peer first
// spins for about as long as a wake would cost ([Window]), and sleeps only
// after that. When more workers can run than there are CPUs the opposite holds:
// a spinning waiter keeps the CPU from the very process it waits for. Then it
// pauses briefly, gives the CPU away with sched_yield for a bounded number of times
// and time, and parks. Which of the two it is a [Spinner] finds out: in the middle of
// its window it yields once, and if that took long somebody else has run. From then
// on this process yields for a while, or until yields let nobody run. [SetCrowded] is
// for those who know without trying. Of the goroutines of one process only as many
// spin as leave a CPU to the others.
//
// # Who may call it
//
// Every function may be called by any goroutine. A [Spinner] belongs to one
// goroutine; its zero value is ready.
//
// # Safepoints
//
// A loop around an assembly stub has no safepoint: the garbage collector cannot
// stop a goroutine that is inside the stub, and hardly ever meets it outside.
// So a loop that calls [Pause] calls [Checkpoint] after it. Checkpoint has a
// stack check in its prologue, which is where the runtime stops a goroutine; an
// empty function would not have one. [Spinner.Next] does so itself.
//
// # Memory, dead and hostile peers
//
// The package touches no shared memory and waits for nobody: each call of Next
// is bounded, and so is the number of calls that return true.
//
// # What it does not do
//
// It does not sleep, and does not look at the condition. What one process has noticed
// the others have to notice for themselves.
package spin
