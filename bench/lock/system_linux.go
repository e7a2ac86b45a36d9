package lock

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// yieldCPU gives the CPU to another process.
func yieldCPU() { _, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }

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
