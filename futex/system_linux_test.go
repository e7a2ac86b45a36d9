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

// few is how many threads so many goroutines may have while they wait. There is one where
// all is quiet; the runtime makes more while threads that are in the kernel wait for a CPU.
func few(goroutines int) int { return max(goroutines/10, 100) }

// sleepingIn reports whether n threads of this process are asleep in futex(2) on
// words of the file's mappings. /proc shows the arguments of a thread's system
// call.
func sleepingIn(f *os.File, n int) bool {
	maps := mappingsOf(f)
	tasks, _ := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		line, err := os.ReadFile("/proc/self/task/" + task.Name() + "/syscall")
		if err != nil {
			continue
		}
		var nr int
		var address uint64
		if k, _ := fmt.Sscanf(string(line), "%d 0x%x", &nr, &address); k != 2 || nr != unix.SYS_FUTEX {
			continue
		}
		for _, m := range maps {
			if m[0] <= address && address < m[1] {
				n--
			}
		}
	}
	return n <= 0
}

// mappingsOf lists the address ranges of this process that map the file.
func mappingsOf(f *os.File) [][2]uint64 {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil {
		return nil
	}
	text, _ := os.ReadFile("/proc/self/maps")
	var list [][2]uint64
	for line := range bytes.Lines(text) {
		var from, to, offset, inode uint64
		var perms, device string
		if _, err := fmt.Sscanf(string(line), "%x-%x %s %x %s %d", &from, &to, &perms, &offset, &device, &inode); err == nil && inode == st.Ino {
			list = append(list, [2]uint64{from, to})
		}
	}
	return list
}
