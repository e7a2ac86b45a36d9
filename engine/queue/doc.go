// Package queue connects programs that know nothing of each other but a name: a ring in an arena in
// /dev/shm, found, filled, emptied and removed without a server.
//
//	s, err := queue.Send[Order](ctx, "orders", queue.Options{})       // in one program
//	err = s.Put(ctx, order)
//	err = s.Join(ctx)                                                  // until all was done
//
//	r, err := queue.Receive[Order](ctx, "orders", queue.Options{})    // in another
//	for order, err := range r.All(ctx) { ... }
//
// Either side may come first: it makes the queue and sleeps until the other comes. There may be many
// of both; each item goes to one receiver. T is plain data: numbers, arrays and structs of these, no
// pointers and no bool. Both programs describe T by its fields; a difference is an [ErrType] that
// names the first one.
//
// # The life of a queue
//
// The queue of a name begins with the first Send or Receive. It ends when all senders or all
// receivers have closed; its name is free then, and a Send or Receive that comes later begins
// another queue. Receivers first get what is still there, then [ErrClosed]. To have a queue wait for
// several senders, say so on any side ([Options.Senders]); likewise for receivers. The memory
// goes with the last who closes.
//
// # Delivery, and a peer that dies
//
// An item is its receiver's until [Receiver.Done], the next Get or Close. If the process dies before,
// the item is delivered again, to somebody else and out of its order: at least once. Without a death
// each item is delivered exactly once, those of one sender in order. What was put stays for the
// receivers when its sender closes or dies.
//
// Nobody waits for the dead: when the last sender or the last receiver has died, whoever needs one
// gets a [PeerDiedError] with its process id, and may try again; somebody else may take the place by
// a Send or Receive of the same name. A stopped process is alive. A queue all of whose processes
// were killed stays in /dev/shm, with what is in it, until the next Send or Receive of that name,
// which begins another, or until shmarena.Sweep.
//
// # Who may call it at once
//
// Send and Receive: anybody. A Sender and a Receiver belong to one goroutine at a time; a process may
// have several. Put and Get make no system call while the other side keeps up, and allocate nothing.
//
// # Who owns the memory
//
// The queue. Items are copied in and out. Each Close leaves an address range of the size of the
// queue reserved (see shmarena.Arena.Close), so a process should not open queues by the ten thousand.
//
// # A hostile peer
//
// A process of the same user that writes into the queue can spoil, drop and hold up items; it cannot
// lead the others outside the memory, and every wait ends with its context.
//
// # What it does not do
//
// It does not cross machines or users, keep anything beyond the last process, or carry strings and
// slices. Arenas are Linux only; elsewhere every call is errors.ErrUnsupported.
package queue
