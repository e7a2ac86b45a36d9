package shmarena

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// asUser calls f with the file access rights of another user.
func asUser(t *testing.T, uid int, f func() error) error {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	runtime.LockOSThread() // the rights are the thread's
	defer runtime.UnlockOSThread()
	if _, err := unix.SetfsuidRetUid(uid); err != nil {
		t.Fatal(err)
	}
	defer unix.SetfsuidRetUid(0)
	return f()
}

// mappings counts the lines of /proc/self/maps.
func mappings(t *testing.T) int {
	t.Helper()
	return strings.Count(readMaps(t), "\n")
}

func readMaps(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func closeAll(fds ...int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}

// openers counts the descriptors of all processes that lead to a file.
func openers(t *testing.T, id fileID) int {
	t.Helper()
	n := 0
	links, err := filepath.Glob("/proc/[0-9]*/fd/[0-9]*")
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range links {
		var st unix.Stat_t
		if unix.Stat(link, &st) == nil && (fileID{uint64(st.Dev), uint64(st.Ino)}) == id {
			n++
		}
	}
	return n
}

// descriptors counts the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(d)
}

// held is what the kernel holds for an arena.
func held(t *testing.T, a *Arena) int64 {
	t.Helper()
	n, err := a.at.file.held()
	if err != nil {
		t.Fatal(err)
	}
	return int64(n)
}

// permissions tells how an address is mapped, such as "rw-s", or "".
func permissions(t *testing.T, addr uintptr) string {
	t.Helper()
	for line := range strings.Lines(readMaps(t)) {
		var from, to uintptr
		var perm string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &perm); err == nil && addr >= from && addr < to {
			return perm
		}
	}
	return ""
}

// seals returns the seals of a file.
func seals(f *os.File) (int, error) { return unix.FcntlInt(f.Fd(), unix.F_GET_SEALS, 0) }

const sizeSeals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL

// limitFiles sets how many files this process may have open, and returns what
// undoes it.
func limitFiles(n uint64) (func(), error) {
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		return nil, err
	}
	err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: n, Max: old.Max})
	return func() { _ = unix.Setrlimit(unix.RLIMIT_NOFILE, &old) }, err
}

// socketPair, sendBy and receiveBy pass a descriptor over a Unix socket.
func socketPair() (a, b int, err error) {
	p, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	return p[0], p[1], err
}

func sendBy(sock int, f *os.File) error {
	return unix.Sendmsg(sock, []byte{1}, unix.UnixRights(int(f.Fd())), nil, 0)
}

func receiveBy(sock int) (*os.File, error) {
	oob := make([]byte, 64)
	_, n, _, _, err := unix.Recvmsg(sock, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return nil, err
	}
	msgs, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil {
		return nil, err
	}
	fds, err := unix.ParseUnixRights(&msgs[0])
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fds[0]), "received"), nil
}

// shmFree is what /dev/shm has free.
func shmFree(t *testing.T) int64 {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(shmDir, &st); err != nil {
		t.Fatal(err)
	}
	return int64(st.Bavail) * st.Bsize
}

func mkfifo(path string) error { return unix.Mkfifo(path, 0o600) }

// stress reports whether the long form of a test was asked for.
func stress() bool { return os.Getenv("SHMENGINE_STRESS") == "1" }

func isNoSpaceErrno(err error) bool { return errors.Is(err, unix.ENOSPC) }

// sweeperGate takes the gate as a Sweep does.
func sweeperGate(f *os.File) error { return lockBytes(f, unix.F_WRLCK, lockGate, 1) }

func isTooManyFiles(err error) bool { return errors.Is(err, unix.EMFILE) }

// lowestDescriptor is the number that the next file will get.
func lowestDescriptor() (uint64, error) {
	fd, err := unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	return uint64(fd), unix.Close(fd)
}
