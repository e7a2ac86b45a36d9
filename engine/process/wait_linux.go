package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Values of si_code of a SIGCHLD siginfo; x/sys has no names for them.
const cldExited = 1

// reap waits for the child's death, collects it and what it left in its pipes, and lets
// everybody know. It sleeps in the poller: a waiting child costs a goroutine, no thread.
func (p *Process) reap() {
	p.exit = p.await()
	for _, s := range p.streams {
		s.finish()
	}
	_ = p.handle.Close() // a pidfd has nothing to flush
	p.leave()
	close(p.done)
}

// await sleeps until the child has ended, and reaps it.
func (p *Process) await() (e exit) {
	conn, err := p.handle.SyscallConn()
	if err == nil {
		err = conn.Read(func(fd uintptr) (ended bool) {
			e, ended = waitid(int(fd))
			return ended
		})
	}
	if err != nil {
		// Nobody else closes the handle, and adopt has seen that it can be polled.
		panic("process: pidfd lost before its process ended")
	}
	return e
}

// waitid collects the child behind pidfd if it has ended.
func waitid(pidfd int) (e exit, ended bool) {
	var info unix.Siginfo
	for {
		err := unix.Waitid(unix.P_PIDFD, pidfd, &info, unix.WEXITED|unix.WNOHANG, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			// It is no child of ours any more, because this program ignores SIGCHLD or
			// reaps strangers. It is dead; how it died is lost.
			return exit{}, true
		case err != nil:
			// Never report a death that the kernel has not confirmed.
			panic("process: waitid refused the pidfd")
		case info.Signo == 0:
			return exit{}, false
		}
		status := int(childStatus(&info))
		if info.Code == cldExited {
			return exit{code: status, known: true}, true
		}
		return exit{code: -status, signal: syscall.Signal(status), known: true}, true
	}
}

// drain takes what is in the pipe now, at most what a pipe can hold, so that a writer that
// is still there cannot keep us.
func drain(r *os.File) (rest []byte) {
	conn, err := r.SyscallConn()
	if err != nil {
		return nil
	}
	_ = conn.Control(func(fd uintptr) {
		limit, err := unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0)
		if err != nil {
			return
		}
		var buf [4 << 10]byte
		for len(rest) < limit {
			n, err := unix.Read(int(fd), buf[:])
			if errors.Is(err, unix.EINTR) {
				continue
			}
			if err != nil || n <= 0 {
				return
			}
			rest = append(rest, buf[:n]...)
		}
	})
	return rest
}

// writeFile writes b to f and ignores failure. It is not f.Write, because that raises
// SIGPIPE, and so ends the program, if f is a stdout or stderr whose reader is gone: a
// child's words must not be what kills this process.
func writeFile(f *os.File, b []byte) {
	conn, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Write(func(fd uintptr) bool {
		for len(b) > 0 {
			n, err := unix.Write(int(fd), b)
			switch {
			case errors.Is(err, unix.EINTR):
			case errors.Is(err, unix.EAGAIN):
				return false
			case err != nil || n <= 0:
				return true
			default:
				b = b[n:]
			}
		}
		return true
	})
}
