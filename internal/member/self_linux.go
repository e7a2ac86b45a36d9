package member

import (
	"bytes"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// self is what a process says of itself in its slot.
type self struct {
	pid   uint32
	pidns uint64 // 0 = unknown
	start uint64
}

// whoami describes this process, which does not change. Without /proc it knows its
// pid only; its peers then probe it by timer.
var whoami = sync.OnceValue(describe)

func describe() self {
	me := self{pid: uint32(os.Getpid())}
	var st unix.Stat_t
	if unix.Stat("/proc/self/ns/pid", &st) == nil {
		me.pidns = st.Ino
	}
	if line, err := os.ReadFile("/proc/self/stat"); err == nil {
		me.start = startTicks(line)
	}
	return me
}

// startTicks is the 22nd field of /proc/PID/stat, 0 if it is not there. The
// second field, the command in parentheses, may hold anything.
func startTicks(line []byte) uint64 {
	const fieldsAfterCommand = 22 - 2
	fields := bytes.Fields(line[bytes.LastIndexByte(line, ')')+1:])
	if len(fields) < fieldsAfterCommand {
		return 0
	}
	ticks, err := strconv.ParseUint(string(fields[fieldsAfterCommand-1]), 10, 64)
	if err != nil {
		return 0
	}
	return ticks
}
