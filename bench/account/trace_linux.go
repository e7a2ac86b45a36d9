package account

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// tracepoint is the file that holds the number of the event that every system
// call of every thread goes through, under a tracefs.
const tracepoint = "events/raw_syscalls/sys_enter/id"

// trace counts the system calls of some processes: one event for each thread,
// inherited by the threads and children that it starts.
type trace struct {
	events map[int]*os.File // by thread id
}

// openTrace starts to count, or says why this process may not.
func openTrace(pids []int) (*trace, error) {
	id, err := tracepointID()
	if err != nil {
		return nil, err
	}
	t := &trace{events: map[int]*os.File{}}
	for _, pid := range pids {
		if err := t.cover(pid, id); err != nil {
			return nil, errors.Join(err, t.close())
		}
	}
	return t, nil
}

// cover opens an event for each thread of a process, until there is no new
// one: a thread is inherited from one that is covered, or seen the next time.
func (t *trace) cover(pid int, id uint64) error {
	for {
		entries, err := os.ReadDir(procDir(pid) + "/task")
		if err != nil {
			return err
		}
		fresh := false
		for _, e := range entries {
			tid, err := strconv.Atoi(e.Name())
			if err != nil || t.events[tid] != nil {
				continue
			}
			f, err := openEvent(tid, id)
			if errors.Is(err, unix.ESRCH) {
				continue
			}
			if err != nil {
				return err
			}
			t.events[tid], fresh = f, true
		}
		if !fresh {
			return nil
		}
	}
}

func openEvent(tid int, id uint64) (*os.File, error) {
	attr := unix.PerfEventAttr{Type: unix.PERF_TYPE_TRACEPOINT, Config: id, Bits: unix.PerfBitInherit}
	attr.Size = attrSize(&attr)
	fd, err := unix.PerfEventOpen(&attr, tid, -1, -1, unix.PERF_FLAG_FD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("perf_event_open", err)
	}
	return os.NewFile(uintptr(fd), "perf event"), nil
}

func (t *trace) read() (sum int64, err error) {
	var count [8]byte
	for _, f := range t.events {
		if _, err := f.Read(count[:]); err != nil {
			return 0, fmt.Errorf("account: read perf event: %w", err)
		}
		sum += int64(binary.NativeEndian.Uint64(count[:]))
	}
	return sum, nil
}

func (t *trace) close() error {
	if t == nil {
		return nil
	}
	var errs []error
	for _, f := range t.events {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// tracepointID finds the tracepoint's number in a mounted tracefs, or in one of
// its own that is mounted nowhere and gone when it was read.
func tracepointID() (uint64, error) {
	for _, dir := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		text, err := os.ReadFile(dir + "/" + tracepoint)
		if err == nil {
			return parseID(text)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	return detachedID()
}

func detachedID() (uint64, error) {
	fsfd, err := unix.Fsopen("tracefs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return 0, os.NewSyscallError("fsopen", err)
	}
	defer unix.Close(fsfd)
	if err := unix.FsconfigCreate(fsfd); err != nil {
		return 0, os.NewSyscallError("fsconfig", err)
	}
	dir, err := unix.Fsmount(fsfd, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("fsmount", err)
	}
	defer unix.Close(dir)
	fd, err := unix.Openat(dir, tracepoint, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("openat", err)
	}
	defer unix.Close(fd)
	var text [32]byte
	n, err := unix.Read(fd, text[:])
	if err != nil {
		return 0, os.NewSyscallError("read", err)
	}
	return parseID(text[:n])
}

func parseID(text []byte) (uint64, error) {
	return strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
}
