package ringbuf

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestConnDescriptorPassed: the memory's descriptor comes whatever its number, is the same file under
// another number, and is closed in programs that the receiver starts.
func TestConnDescriptorPassed(t *testing.T) {
	lines := must[[2]*net.UnixConn](t)(socketPair())
	defer lines[0].Close()
	defer lines[1].Close()
	f := highDescriptor(t, sealed(t, PipeOptions{Capacity: 4096}, nil))
	noError(t, sendHello(lines[0], f))
	fd := must[int](t)(receiveHello(lines[1]))
	got := os.NewFile(uintptr(fd), "received")
	defer got.Close()
	var ours, theirs unix.Stat_t
	noError(t, errors.Join(unix.Fstat(fdOf(f), &ours), unix.Fstat(fd, &theirs)))
	if fd == fdOf(f) || ours.Ino != theirs.Ino || ours.Dev != theirs.Dev {
		t.Errorf("descriptor %d came as %d, of file %d and not %d", fdOf(f), fd, theirs.Ino, ours.Ino)
	}
	if flags := must[int](t)(unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)); flags&unix.FD_CLOEXEC == 0 {
		t.Error("the received descriptor stays open in programs that are started")
	}
	noError(t, lines[0].Close())
	if _, err := receiveHello(lines[1]); !errors.Is(err, io.EOF) {
		t.Errorf("a peer that has gone: %v", err)
	}
}

// highDescriptor is the file under a number above 256.
func highDescriptor(t *testing.T, f *os.File) *os.File {
	t.Helper()
	fd := must[int](t)(unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 300))
	high := os.NewFile(uintptr(fd), "high")
	t.Cleanup(func() { high.Close() })
	if fd < 300 {
		t.Fatalf("descriptor %d, want 300 or more", fd)
	}
	return high
}
