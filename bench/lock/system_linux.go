package lock

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// monotonic reads CLOCK_MONOTONIC by a system call.
func monotonic() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic("lock: no monotonic clock")
	}
	return ts.Nano()
}

// yieldCPU gives the CPU to another process.
func yieldCPU() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

// cpus returns the CPUs that this process may use.
func cpus() (list []int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, os.NewSyscallError("sched_getaffinity", err)
	}
	for i := range 8 * len(set) * 8 {
		if set.IsSet(i) {
			list = append(list, i)
		}
	}
	return list, nil
}

// pin binds all threads of this process to some CPUs. A thread that is started
// meanwhile is seen the next time round, or inherits what its parent has.
func pin(list ...int) error {
	var set unix.CPUSet
	for _, cpu := range list {
		set.Set(cpu)
	}
	pinned := map[int]bool{}
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		fresh := false
		for _, t := range threads {
			tid, err := strconv.Atoi(t.Name())
			if err != nil || pinned[tid] {
				continue
			}
			if err := unix.SchedSetaffinity(tid, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("pin to CPUs %v: %w", list, os.NewSyscallError("sched_setaffinity", err))
			}
			pinned[tid], fresh = true, true
		}
		if !fresh {
			return nil
		}
	}
}

// newBoardFile makes the file of a board.
func newBoardFile() (*os.File, error) {
	fd, err := unix.MemfdCreate("shmbench-lock", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	if err := unix.Ftruncate(fd, boardSize); err != nil {
		_ = unix.Close(fd)
		return nil, os.NewSyscallError("ftruncate", err)
	}
	return os.NewFile(uintptr(fd), "board"), nil
}

// mapBoard maps the board in a file.
func mapBoard(f *os.File) (mem []byte, err error) {
	mem, err = unix.Mmap(int(f.Fd()), 0, boardSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return mem, nil
}

func unmapBoard(mem []byte) error { return os.NewSyscallError("munmap", unix.Munmap(mem)) }

// resident returns how much memory a process has, in bytes.
func resident(pid int) (bytes float64, err error) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/statm")
	if err != nil {
		return 0, err
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		return 0, fmt.Errorf("/proc/%d/statm: %q", pid, text)
	}
	return float64(pages) * float64(os.Getpagesize()), nil
}

// asleep reports whether all threads of a process sleep.
func asleep(pid int) (bool, error) {
	dir := "/proc/" + strconv.Itoa(pid) + "/task"
	threads, err := os.ReadDir(dir)
	if err != nil {
		return false, err
	}
	for _, t := range threads {
		text, err := os.ReadFile(dir + "/" + t.Name() + "/stat")
		// The name before the state may hold anything, a closing bracket too.
		_, state, _ := strings.Cut(string(text[max(0, bytes.LastIndexByte(text, ')')):]), ") ")
		if err == nil && !strings.HasPrefix(state, "S") {
			return false, nil
		}
	}
	return true, nil
}

// lockFolder opens a folder and locks it, as long as it is open here.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, os.NewSyscallError("flock", err)
	}
	return f, nil
}
