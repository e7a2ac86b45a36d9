package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// kit is what one Start opens for its child: the files that become its descriptors 0, 1,
// 2, ... and those of them that are closed here again afterwards.
type kit struct {
	p     *Process
	files []*os.File
	own   []*os.File
}

// pack opens and lists the child's descriptors.
func (k *kit) pack(c *Command) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	k.own = append(k.own, null)
	stdout, err := k.stdout(c.Stdout, null)
	if err != nil {
		return err
	}
	stderrTo := c.Stderr
	if stderrTo == nil {
		stderrTo = os.Stderr
	}
	stderr, err := k.pipe(stderrTo, k.p.tail)
	if err != nil {
		return err
	}
	k.files = append([]*os.File{null, stdout, stderr}, c.Files...)
	if !c.lifeline() {
		return nil
	}
	line, err := ownPidfd()
	if err != nil {
		return err
	}
	k.own, k.files = append(k.own, line), append(k.files, line)
	return nil
}

// stdout chooses the child's standard output: this process's own if it is open, a file as
// it is, else a pipe. A non-blocking file goes through a pipe too, because programs do not
// expect EAGAIN from their standard output.
func (k *kit) stdout(w io.Writer, null *os.File) (*os.File, error) {
	if w == nil {
		if _, err := fileFlags(os.Stdout); err != nil {
			return null, nil
		}
		return os.Stdout, nil
	}
	if f, ok := w.(*os.File); ok {
		flags, err := fileFlags(f)
		if err != nil {
			return nil, fmt.Errorf("stdout: %w", err)
		}
		if flags&unix.O_NONBLOCK == 0 {
			return f, nil
		}
	}
	return k.pipe(w, nil)
}

// pipe opens a pipe whose output goes to dst, and returns its write end.
func (k *kit) pipe(dst io.Writer, t *tail) (*os.File, error) {
	r, w, err := newPipe()
	if err != nil {
		return nil, err
	}
	k.own = append(k.own, w)
	k.p.streams = append(k.p.streams, newStream(r, dst, t))
	return w, nil
}

// close closes this process's copies of what the child received.
func (k *kit) close() {
	for _, f := range k.own {
		_ = f.Close() // the child has its own; nothing was written here
	}
}

// abandon closes what a failed start leaves besides.
func (k *kit) abandon() {
	for _, s := range k.p.streams {
		_ = s.r.Close()
	}
}

// newPipe opens a pipe whose read end is known to this process's poller. The write end
// stays blocking, as the child's program expects.
func newPipe() (r, w *os.File, err error) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, fmt.Errorf("pipe: %w", err)
	}
	_ = unix.SetNonblock(fds[0], true) // else SetReadDeadline tells
	r = os.NewFile(uintptr(fds[0]), "child output")
	w = os.NewFile(uintptr(fds[1]), "child output")
	if err := r.SetReadDeadline(time.Time{}); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("pipe: %w", err), r.Close(), w.Close())
	}
	return r, w, nil
}

// ownPidfd opens a descriptor that becomes readable when this process dies. It names the
// process itself, so there is no race with a re-used number, in whatever namespace it is
// looked at.
func ownPidfd() (*os.File, error) {
	fd, err := unix.PidfdOpen(unix.Getpid(), unix.PIDFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("lifeline: pidfd_open: %w", err)
	}
	return os.NewFile(uintptr(fd), "lifeline"), nil
}

// withFDs calls f with the descriptors of files. They cannot be closed meanwhile, and
// their blocking mode is not touched, as File.Fd would do. A nil file is -1.
func withFDs(files []*os.File, fds []uintptr, f func([]uintptr) error) error {
	if len(fds) == len(files) {
		return f(fds)
	}
	file := files[len(fds)]
	if file == nil {
		return withFDs(files, append(fds, ^uintptr(0)), f)
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = conn.Control(func(fd uintptr) { inner = withFDs(files, append(fds, fd), f) })
	if err != nil { // of a closed file, and os does not say os.ErrClosed here
		return fmt.Errorf("descriptor %d (%s): %w", len(fds), file.Name(), os.ErrClosed)
	}
	return inner
}

// fileFlags returns the status flags of an open file.
func fileFlags(f *os.File) (int, error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	var flags int
	var ferr error
	if err := conn.Control(func(fd uintptr) { flags, ferr = unix.FcntlInt(fd, unix.F_GETFL, 0) }); err != nil {
		return 0, os.ErrClosed
	}
	return flags, ferr
}
