package futex_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func sendKill(tb testing.TB, pid int) {
	tb.Helper()
	if err := unix.Kill(pid, unix.SIGKILL); err != nil {
		tb.Fatalf("kill: %v", err)
	}
}

// processState is the letter of ps: Z is a zombie. 0 if there is no such process.
func processState(pid int) byte {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	return line[bytes.LastIndexByte(line, ')')+2]
}

// threads is how many threads this process has.
func threads(tb testing.TB) int {
	tb.Helper()
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		tb.Fatal(err)
	}
	return len(list)
}

func protect(tb testing.TB, b []byte, prot int) {
	tb.Helper()
	if err := unix.Mprotect(b, prot); err != nil {
		tb.Fatalf("mprotect: %v", err)
	}
}
