// Package ringbuf has lock-free rings over memory that processes share.
//
//	SPSC[T]        values of one type, one producer, one consumer
//	MPMC[T]        the same, many of both; may drop the oldest
//	Broadcast[T]   each value to every subscriber, reliable or lossy
//	Bytes          records of any length, one producer or many, read and written in place
//	Pipe           messages both ways, of any length
//	Conn           a net.Conn over shared memory, with Dial and Listen; or messages, see SendMessage
//
//	n, err := ringbuf.SizeSPSC[Order](1024)       // mem: n bytes that both map
//	r, err := ringbuf.NewSPSC[Order](mem, 1024)   // in one process
//	r, err := ringbuf.AttachSPSC[Order](mem)      // in the other
//	p, err := r.Producer(member)                  c, err := r.Consumer(member)
//	err = p.Push(ctx, order)                      order, err := c.Pop(ctx)
//
// T must be plain data of a fixed layout: no pointers, and no bool (see internal/pod).
//
// # Who may call it at once
//
// A ring may be used by anybody; the handles that it gives (Producer, Sender, Subscriber ...) belong
// to one goroutine at a time. A role that one process can hold refuses a second with ErrBusy. The
// Try forms never block or allocate, and make a system call only to wake a sleeping peer. The others
// spin, yield, then sleep; they make no system call while the other side keeps up.
//
// # Who owns the memory
//
// The caller: it maps the memory before New, which formats, or Attach, which checks version, type
// and sizes, and unmaps it after the last call. Only Dial, Listen and ConnPair make memory.
//
// # Delivery, and a peer that dies
//
// What one producer puts in arrives in order. What a producer was killed in the middle of is not
// there: a gap is skipped, a record becomes padding. What a consumer was killed in the middle of is
// delivered again (at least once; Seq numbers it, so that a receiver can drop a repeat). No slot is
// lost. When nothing is left that a dead side could still give, the answer is ErrPeerDied; somebody
// else may take its role over. Whether a peer lives is a question to futex.Member: one that is
// stopped is alive, and never robbed. docs/failure-model.md has the cases.
//
// Close ends a ring for all: pushes fail, consumers drain it, then get ErrClosed.
//
// # A hostile peer
//
// A peer with write access can garble, drop or stop messages. It cannot lead us outside the memory:
// positions are masked by sizes checked once and kept in Go memory. An impossible word poisons the
// ring: ErrCorrupt for all, until it is formatted anew. Every wait ends with its context.
//
// # Memory model
//
// Each value is handed over by a release store that an acquire load sees; docs/memory-model.md has
// both sides of all of them. On amd64 a handle that has published often stores by one MOV, and
// whoever goes to sleep brings the fence that this leaves out.
//
// # What it does not do
//
// It does not grow, keep anything beyond the memory's life, or find peers (but for Dial). There is
// one publisher to a Broadcast.
package ringbuf
