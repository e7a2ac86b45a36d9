package member

import (
	"bytes"
	"errors"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// exitingFlag is PF_EXITING in the flags of a thread: it is in its exit, which it
// does not return from.
const exitingFlag = 0x4

// inExit reports whether every thread of the process pid that began at start is in
// its exit, so that it executes none of its code any more.
//
// One that was not yet, when they were listed, could have begun another before it
// was looked at. So they are listed again: whoever is new was begun by one that is
// not in its exit, or is not himself. No thread gets the number of one that ended
// meanwhile: numbers are given round robin, hundreds at least.
//
// It is asked for while the survivors wait, by each of them who does, so it goes to
// the kernel directly: package os makes seven calls of each read.
func inExit(pid uint32, start uint64) bool {
	if pid == 0 || pid > 1<<30 || start == 0 {
		return false
	}
	dir := "/proc/" + strconv.FormatUint(uint64(pid), 10) + "/task"
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	l := look{dir: fd, leader: strconv.FormatUint(uint64(pid), 10), start: start}
	seen, err := l.list()
	if err != nil || !l.allExit(seen) {
		return false
	}
	again, err := l.list()
	return err == nil && !slices.ContainsFunc(again, func(tid string) bool { return !slices.Contains(seen, tid) })
}

// A look is one question of inExit.
type look struct {
	dir    int    // descriptor of the process's directory of threads
	leader string // its first thread
	start  uint64 // of the process
	buf    [4096]byte
}

// allExit reports whether each of the threads is in its exit or gone, and the first
// one, who stays until all are gone, is of the process that was asked for.
func (l *look) allExit(threads []string) bool {
	for _, tid := range threads {
		line, err := l.stat(tid)
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil || !exitingIn(line) || tid == l.leader && startTicks(line) != l.start {
			return false
		}
	}
	return slices.Contains(threads, l.leader)
}

// list returns the names of the threads.
func (l *look) list() (names []string, err error) {
	if _, err := unix.Seek(l.dir, 0, 0); err != nil {
		return nil, err
	}
	for {
		n, err := unix.ReadDirent(l.dir, l.buf[:])
		if err != nil || n <= 0 {
			return names, err
		}
		_, _, names = unix.ParseDirent(l.buf[:n], -1, names)
	}
}

// stat returns a thread's line of figures, until the next call.
func (l *look) stat(tid string) ([]byte, error) {
	fd, err := unix.Openat(l.dir, tid+"/stat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, l.buf[:])
	return l.buf[:max(n, 0)], err
}

// exitingIn looks at the 9th field of a thread's stat, its flags in decimal.
func exitingIn(line []byte) bool {
	const flagsAfterCommand = 9 - 2
	fields := bytes.Fields(line[bytes.LastIndexByte(line, ')')+1:])
	if len(fields) < flagsAfterCommand {
		return false
	}
	flags, err := strconv.ParseUint(string(fields[flagsAfterCommand-1]), 10, 64)
	return err == nil && flags&exitingFlag != 0
}
