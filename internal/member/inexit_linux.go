package member

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// exitingFlag is PF_EXITING in the flags of a thread: it is in its exit, which it
// does not return from.
const exitingFlag = 0x4

// inExit reports whether every thread of the process pid that began at start is in
// its exit, so that it executes none of its code any more.
//
// A thread that is not could have begun another one while they were looked at. So
// they are looked at twice: whatever runs after the first look was begun by a
// thread that the first look saw running, or is seen by the second.
func inExit(pid uint32, start uint64) bool {
	if pid == 0 || pid > 1<<30 || start == 0 {
		return false
	}
	dir := "/proc/" + strconv.FormatUint(uint64(pid), 10)
	if line, err := os.ReadFile(dir + "/stat"); err != nil || startTicks(line) != start {
		return false
	}
	first, ok := allExiting(dir + "/task")
	if !ok {
		return false
	}
	second, ok := allExiting(dir + "/task")
	for tid := range second {
		ok = ok && first[tid]
	}
	return ok
}

// allExiting returns the threads that there are; ok is false if one of them is not
// in its exit, or if none can be seen.
func allExiting(dir string) (threads map[string]bool, ok bool) {
	list, err := os.ReadDir(dir)
	if err != nil || len(list) == 0 {
		return nil, false
	}
	threads = make(map[string]bool, len(list))
	for _, e := range list {
		line, err := os.ReadFile(dir + "/" + e.Name() + "/stat")
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) {
			continue // gone since
		}
		if err != nil || !exitingIn(line) {
			return nil, false
		}
		threads[e.Name()] = true
	}
	return threads, true
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
