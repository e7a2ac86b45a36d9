// Package futex waits and wakes on 32-bit words in shared memory, and has what
// processes wait for each other with: [Mutex], [RMutex], [RWMutex], [Cond],
// [Event], [Latch], [Once], [Semaphore], [Permits], [Barrier].
//
// # What it is
//
// [Wait], [WaitAny] and [Wake] are futex(2) on words that several processes map,
// with a context. A [Mutex] is such a word: it names its owner from the very
// compare-and-swap that takes it, so a lock that a dead process held is taken
// over by the next one, who is told so; [RWMutex], [RMutex], [Cond], [Barrier] do
// likewise. [Lot] and [Place] are how whatever waits for members of a segment
// sleeps without sleeping through a death. Zeroed memory is a valid empty state.
//
// # Who may call it, and who owns the memory
//
// Every function may be called by any goroutine of any member. The words belong to
// the caller: they stay mapped, writable and aligned while a call runs, and no call
// touches them later. Owners are members: processes, never threads or goroutines.
//
// # Contexts
//
// One rule for everything that blocks: what can be had at once is taken even if
// the context is already done; nothing ever sleeps with a context that is done.
// Deadlines are measured on the monotonic clock and never cut short. If a method of
// a context panics, what the call had begun is undone first.
//
// # The waiting protocol
//
//	p := mb.Park(word)
//	defer mb.Unpark(p)
//	for {
//		p.Look()
//		v := word.Load()
//		// Take it, maybe from a dead owner (mb.Alive), and return; or else make
//		// sure that whoever ends the wait will wake.
//		if err := p.Wait(ctx, v); err != nil {
//			return err
//		}
//	}
//
// When a member dies, each surviving process that has ever parked nudges its own
// sleepers: all of them, so that nothing has to be known of the words: not who owned
// them, not whom the dead one was about to wake, not whose wake it took into its grave.
// [Lot] has the argument that nobody sleeps on; tests explore a model exhaustively.
//
// Goroutines of one process that wait for the same thing stand in line: one
// thread sleeps for all of them (Place.WaitInLine, and Place.WaitTogether where
// all are released at once). At most [Sleepers] threads of a process sleep for a
// Lot; for who comes later one goroutine polls.
//
// # Dead, stopped and hostile peers
//
// A dead owner's mutex is taken with [ErrOwnerDied]. A stopped owner keeps what it
// has. A peer that writes into the words can keep others waiting, hand out a lock
// twice, and make Unlock panic; it causes no fault, and no wait beyond the context.
//
// # What it does not do
//
// No fairness between processes but that of RWMutex, no detection of deadlocks, no
// priority inheritance. Away from Linux what must sleep is errors.ErrUnsupported.
package futex
