// Package ringbuf has lock-free rings over memory that processes share: SPSC[T] carries values of T
// from one producer to one consumer.
//
//	n, err := ringbuf.SizeSPSC[Order](1024)
//	mem := ... // n bytes that both processes map, aligned to 64
//
//	r, err := ringbuf.NewSPSC[Order](mem, 1024)   // in one process
//	r, err := ringbuf.AttachSPSC[Order](mem)      // in the other
//
//	p, err := r.Producer(member)                  c, err := r.Consumer(member)
//	err = p.Push(ctx, order)                      order, err := c.Pop(ctx)
//
// T must be plain data of a fixed layout: no pointers, and no bool (see internal/pod). A message
// crosses by one copy in and one copy out of the ring; small ones move at the price of the cache
// line that they lie in.
//
// # Who may call it at once
//
// One process holds the role of the producer and one that of the consumer (it may be the same one);
// ErrBusy refuses a second. A Producer or Consumer belongs to one goroutine at a time. All methods
// of SPSC may be called by anybody at any time.
//
// TryPush, TryPop and their batches never block, never allocate, and make a system call only to
// wake a peer that sleeps. Push and Pop spin, yield, then sleep (see internal/spin), and make no
// system call while the other side keeps up.
//
// # Who owns the memory
//
// The caller: it maps the memory before NewSPSC or AttachSPSC and unmaps it after the last call.
// NewSPSC formats; whoever attaches checks version, type and sizes (ErrMagic, ErrVersion, ErrType,
// ErrSize, ErrCorrupt).
//
// # Delivery, and a peer that dies
//
// Messages arrive in order. A message is in the ring when its stamp is, which is the last store of
// a push; it leaves the ring when the consumer moves head past it, which is the last store of a
// pop.
//
//   - A producer killed in the middle of a push leaves nothing of that message; one killed in the
//     middle of a batch leaves none of the batch. What it pushed before is delivered, then Pop
//     returns ErrPeerDied. A new producer takes the role over and goes on at the end of what is
//     stored.
//   - A consumer killed between reading a message and moving head has read it for nothing: the next
//     consumer gets it again (at least once, up to the return of the pop; a process that dies after
//     that has lost what it popped and not worked on). Seq numbers the messages across consumers,
//     so that a receiver that notes the last number it finished can drop a repeat. No slot is lost.
//   - Push to a full ring whose consumer is dead returns ErrPeerDied.
//   - Whether a peer lives is a question to futex.Member, asked before each sleep; a stopped
//     process is alive. A sleeper learns of a death at once, through its member. A role given back
//     by Release is not a death: the other side waits for the next holder.
//
// Close ends the ring for both: pushes fail, the consumer drains, then gets ErrClosed. A push that
// returned nil is found by the drain.
//
// # A hostile peer
//
// A peer with write access can garble, drop or stop messages. It cannot lead us outside the memory:
// positions are masked by sizes that were checked once, when the ring was opened, and kept in Go
// memory. An impossible stamp, head, role or bell poisons the ring: ErrCorrupt, for both sides,
// until NewSPSC formats the memory again. Every wait ends with its context.
//
// # Memory model
//
// The stamp hands the value over: its store is a release, its load an acquire. head hands the slot
// back in the same way. On amd64 TryPush and TryPop store them by one MOV, in an assembly stub,
// once a handle has earned it (1,024 publications): Go's own atomic store is an XCHG, which waits
// until the line has arrived. A stream of single messages that the consumer keeps up with was 1.2
// to 1.9 times faster for it (two pinned processes, 2 vCPU Xeon at 2.8 GHz, medians of the rounds in
// which neither was preempted); a round trip was not. A batch is handed over, and given back, by
// one XCHG, where no difference was seen above the noise; the stamps before it are MOVs. Elsewhere,
// with -race and with the tag purego all of them are Go's atomics: that is the one difference
// between the builds.
//
// A MOV leaves one order open that sleeping needs: publish, then look at the parked flag. x86 may
// take the look before the publication is visible, and a wake would be lost. The order is brought
// by whoever goes to sleep, which is rare: it sets the flag, asks the kernel for a barrier in every
// thread that publishes in this way (membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED), looks at the
// ring once more, and sleeps. For each publication there are then two cases. It came before the
// barrier in its thread: the sleeper's look sees it. It came after: so did its look at the flag,
// which sees the flag. A process publishes by MOV only after the kernel has registered it as a
// receiver of such barriers, and says so in a word that it stores with an XCHG: a sleeper that set
// its flag and still read 0 there is seen by everything after that XCHG. Where the kernel refuses
// to register, publications stay fenced; where it refuses the sleeper alone (a sandbox), the
// sleeper polls, at 1 to 50 ms. The tests explore a model of this protocol with store buffers,
// exhaustively, and show that each piece is needed.
//
// # What it does not do
//
// No many-to-many ring, no records of varying length, no overwriting of old messages; no view into
// a slot; no fairness to arrange, with one on each side. It does not create memory or processes and
// does not find peers.
package ringbuf
