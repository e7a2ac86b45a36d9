// Rivals measures messages between two processes beside other Go libraries that
// do the job:
//
//	go -C bench/rivals run . [--case PATTERN] [--reps N] [--seconds S]
//
// The systems are conn, which is ringbuf's net.Conn; shmipc, which is
// github.com/cloudwego/shmipc-go, shared memory with wakes through a Unix socket;
// mangos, which is go.nanomsg.org/mangos, messages over a Unix socket; and unix, a
// Unix socket with buffers of 4 MiB.
//
// Each system is a server and a client, processes of their own, each pinned to a
// CPU and with GOMAXPROCS=1. The sender writes a word into each 64 bytes of a
// message and the receiver adds all of them up; the sums are compared. Where a
// library lends the memory that is sent (shmipc) it is written and read in place.
//
// A round is one measurement of each system, one after the other; ratios are
// taken round by round.
//
// It is a module of its own, so that what it needs reaches no program that embeds
// the engine.
package main
