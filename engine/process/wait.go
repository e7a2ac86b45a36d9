package process

import (
	"context"
	"fmt"
	"os"
	"syscall"
)

// Wait waits until one of some things is ready, and returns the indices of all that are, in
// order: of a *Process, that it has ended and was reaped, so that ExitCode is final; of a
// file, a connection, or whatever else has a descriptor, that a read would not block (data,
// the end, or an error).
//
//	ready, err := process.Wait(ctx, p, q, conn)
//
// What is ready at once is reported even if ctx is over; so with a context that is over
// Wait only looks. Else it returns the context's error, and has no effect on anything.
// Of a file that is closed meanwhile Wait sees nothing any more. It holds one descriptor
// for each and one more while it waits, and no thread. A closed file is os.ErrClosed, no
// room for descriptors the system's errno.
func Wait(ctx context.Context, on ...syscall.Conn) ([]int, error) {
	ready := ended(on)
	if len(ready) > 0 && len(ready) == len(on) {
		return ready, nil
	}
	ready, err := waitFirst(ctx, on)
	if err != nil {
		return nil, fmt.Errorf("process: wait for the first of %d: %w", len(on), err)
	}
	return ready, nil
}

// ended returns those that are processes which have ended.
func ended(on []syscall.Conn) (ready []int) {
	for i, o := range on {
		if p, ok := o.(*Process); ok && !p.Alive() {
			ready = append(ready, i)
		}
	}
	return ready
}

// SyscallConn gives access to the pidfd of a running process: it can be polled for the
// process's end, together with other descriptors. It is what Wait uses, and never to be
// read from or closed. Once the process has ended there is none, and it is
// os.ErrProcessDone.
func (p *Process) SyscallConn() (syscall.RawConn, error) {
	if !p.Alive() {
		return nil, os.ErrProcessDone
	}
	return p.conn()
}
