package account

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// procDir returns a process's directory in /proc; 0 is this process.
func procDir(pid int) string {
	if pid == 0 {
		return "/proc/self"
	}
	return "/proc/" + strconv.Itoa(pid)
}

// processIO reads /proc/PID/io, a text of some length.
func processIO(pid int) (u Usage, length int, err error) {
	text, err := os.ReadFile(procDir(pid) + "/io")
	if errors.Is(err, fs.ErrNotExist) {
		return Usage{}, 0, fmt.Errorf("pid %d: %w", pid, ErrGone)
	}
	if err != nil {
		return Usage{}, 0, err
	}
	u, err = parseIO(string(text))
	return u, len(text), err
}

func parseIO(text string) (u Usage, err error) {
	found := 0
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		var to *int64
		switch key {
		case "rchar", "wchar":
			to = &u.Copied
		case "syscr", "syscw":
			to = &u.Syscalls
		default:
			continue
		}
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return Usage{}, fmt.Errorf("/proc/PID/io: %q", line)
		}
		*to += n
		found++
	}
	if found != 4 {
		return Usage{}, fmt.Errorf("/proc/PID/io: %d of 4 counts", found)
	}
	return u, nil
}
