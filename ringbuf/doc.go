// Package ringbuf has lock-free rings over memory that processes share: SPSC[T] carries values of T
// from one producer to one consumer.
//
//	n, err := ringbuf.SizeSPSC[Order](1024)       // mem: n bytes that both map
//	r, err := ringbuf.NewSPSC[Order](mem, 1024)   // in one process
//	r, err := ringbuf.AttachSPSC[Order](mem)      // in the other
//
//	p, err := r.Producer(member)                  c, err := r.Consumer(member)
//	err = p.Push(ctx, order)                      order, err := c.Pop(ctx)
//
// T must be plain data of a fixed layout: no pointers, and no bool (see internal/pod). A message
// crosses by one copy into the ring and one out of it.
//
// # Who may call it at once
//
// One process holds the role of the producer and one that of the consumer (maybe the same one);
// ErrBusy refuses a second. A Producer or Consumer belongs to one goroutine at a time, the methods
// of SPSC to anybody. The Try forms never block or allocate, and make a system call only to wake a
// sleeping peer. Push and Pop spin, yield, then sleep; they make no system call while the other
// side keeps up.
//
// # Who owns the memory
//
// The caller: it maps the memory before NewSPSC, which formats, or AttachSPSC, which checks version,
// type and sizes, and unmaps it after the last call.
//
// # Delivery, and a peer that dies
//
// Messages arrive in order. A message is in the ring when its stamp is, which is the last store of
// a push; it leaves the ring when the consumer moves head past it, which is the last store of a
// pop.
//
//   - A producer killed in the middle of a push, or of a batch, leaves nothing of it. What it pushed
//     before is delivered, then Pop returns ErrPeerDied. A new producer takes the role over.
//   - A consumer killed before it moved head has read for nothing: the next one gets the message
//     again (at least once, up to the return of the pop). Seq numbers the messages across consumers,
//     so that a receiver can drop a repeat. No slot is lost.
//   - Push to a full ring whose consumer is dead returns ErrPeerDied.
//   - Whether a peer lives is a question to futex.Member; a stopped process is alive. A role given
//     back by Release is not a death: the other side waits for the next holder.
//
// Close ends the ring for both: pushes fail, the consumer drains, then gets ErrClosed. A push that
// returned nil is found by the drain.
//
// # A hostile peer
//
// A peer with write access can garble, drop or stop messages. It cannot lead us outside the memory:
// positions are masked by sizes checked once and kept in Go memory. An impossible stamp, head, role
// or bell poisons the ring: ErrCorrupt for both, until NewSPSC. Every wait ends with its context.
//
// # Memory model
//
// The stamp hands the value over, head hands the slot back: release stores, acquire loads. On amd64
// a handle that has published often stores them by one MOV, and whoever goes to sleep brings the
// fence that this leaves out. Elsewhere, with -race and with purego all of them are Go's atomics.
//
// # What it does not do
//
// No many-to-many ring, no records of varying length, no overwriting of old messages, no view into
// a slot. It does not create memory or processes and does not find peers.
package ringbuf
