// Package queue connects programs that know nothing of each other but a name. A queue is a ring in an
// arena in /dev/shm, found, filled, emptied and removed without a server; either side may come first.
//
//	s, err := queue.Send[Order](ctx, "orders", queue.Options{})     // in one program
//	err = s.Put(ctx, order)
//	err = s.Join(ctx)                                                // until all was done
//
//	r, err := queue.Receive[Order](ctx, "orders", queue.Options{})  // in another
//	for order, err := range r.All(ctx) { ... }
//
// There may be many of both; each item goes to one receiver. [Listen] and [Dial] make connections of two
// ends, through which values go both ways, with a key that both sides prove to have.
//
// Types are numbers, bools, strings, slices, arrays and structs of these; what has AppendBinary and
// UnmarshalBinary, like time.Time; `flat:"-"` leaves a field out. Anything else is refused, naming the
// field; so is a type that the other program describes otherwise ([ErrType]). In a queue, plain data (no
// strings, slices, bools) lies in the ring as it is, all else in boxes of one size ([Options.ItemSize]).
//
// # The life of a queue, and of a name
//
// The queue of a name begins with the first Send or Receive. It ends when all senders or all receivers
// have closed; its name is free then. Receivers first get what is still there, then [ErrClosed]. To have
// a queue wait for several senders, say so on any side ([Options.Senders]); likewise for receivers. A
// listener has its name, which is not a queue's, until Close or death; nobody waits for one ([ErrNobody]).
//
// # Delivery, and a peer that dies
//
// An item is its receiver's until [Receiver.Done], the next Get or Close. If the process dies before,
// the item is delivered again, to somebody else and out of its order: at least once. Without a death
// each is delivered exactly once, those of one sender in order. What was put stays for the receivers.
// Through a connection each value comes once, in order; what the peer had sent whole can be received.
//
// Nobody waits for the dead: when the last sender or the last receiver has died, whoever needs one
// gets a [PeerDiedError] with its process id, and may try again; somebody else may take the place by
// a Send or Receive of the same name. A stopped process is alive. A queue all of whose processes
// were killed stays in /dev/shm until the next Send or Receive of that name, or shmarena.Sweep.
//
// # Who may call it at once
//
// Send, Receive, Listen, Dial and a Listener: anybody. A Sender and a Receiver belong to one goroutine at
// a time; of a Conn one may send while another receives, and any may close. Nothing makes a system call
// while the other side keeps up, or allocates but for the strings and slices of what is received.
//
// # Who owns the memory
//
// The queue or the connection; values are copied in and out. Each Close of a queue leaves a reserved
// address range (see shmarena.Arena.Close): a process should not open queues by the ten thousand.
//
// # A hostile peer
//
// A process of the same user that writes into a queue can spoil, drop and hold up items, not lead others
// outside the memory; every wait ends with its context. What it writes into a connection ends that, with
// an error. A client that says nothing, or something else than ours, holds up nobody.
//
// # What it does not do
//
// It does not cross machines or users, or keep anything beyond the last process. It is for Linux;
// elsewhere every call is errors.ErrUnsupported.
package queue
