// Package shmgrpc carries gRPC between two programs of one machine through shared memory: connections of
// package ringbuf in the place of a Unix socket. Services, stubs, interceptors, metadata and deadlines
// stay as they are, and so do the options of client and server.
//
//	l, err := shmgrpc.Listen("/run/prices.sock", ringbuf.ConnOptions{})     // in the server
//	s := grpc.NewServer(grpc.Creds(shmgrpc.Credentials()))
//	pb.RegisterPricesServer(s, prices{})
//	err = s.Serve(l)
//
//	c, err := shmgrpc.NewClient("/run/prices.sock", ringbuf.ConnOptions{})  // in a client
//	prices := pb.NewPricesClient(c)
//
// A *ringbuf.Conn is a net.Conn and a *ringbuf.Listener a net.Listener, so gRPC runs over them as they
// are. What this package adds is what gRPC asks for beside: credentials that know that the line is private
// and who is at its other end ([ProcessOf]), and a client whose address is a path.
//
// # What it is worth
//
// Calls through it cost what gRPC costs: framing, header compression, flow control, and goroutines at
// both ends that hand a call on. A short call takes about as long as over a Unix socket; long messages go
// up to twice as fast (the benchmarks of this package compare the two). Where both ends are yours to
// change, engine/queue carries values without any of that.
//
// # Who may call it at once
//
// Anybody: the types are those of gRPC and package net, whose rules hold.
//
// # Who owns the memory
//
// The connection. Each has 2 MiB for each direction (ringbuf.ConnOptions.Capacity), reserved when it is
// made, and given back when both ends have closed it or died. A message may be longer than that; how long
// is gRPC's matter (grpc.MaxRecvMsgSize, grpc.MaxCallRecvMsgSize: 4 MiB if nothing is said).
//
// # A peer that dies, or is hostile
//
// The kernel says at once that a process is gone: its peer's calls end with codes.Unavailable, also those
// that wait, without keepalive. A client then connects again by itself, to whoever listens at the address.
// A process that is stopped is not gone; use deadlines.
//
// Only processes of the same user, and of root, may connect, unless ringbuf.ConnOptions.AnyUser is set. One
// that writes nonsense into the memory ends its connection with an error; it leads nobody outside the memory.
//
// # What it does not do
//
// It does not cross machines, and is for Linux; elsewhere Listen and each call fail with errors.ErrUnsupported.
package shmgrpc
