package stamp

import (
	"encoding/binary"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// Stay is the argument that makes a child sleep behind its stamp, until it is killed.
const Stay = "stay"

// file is the descriptor of Command.Files[0] in a child.
const file = 3

// Entry says at once what time it is, in 8 bytes, and then ends or stays.
var Entry = process.NewEntry("shmbench/stamp", func(args []string) error {
	at := Clock()
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(at))
	if _, err := unix.Write(file, b[:]); err != nil {
		return os.NewSyscallError("write", err)
	}
	for len(args) > 0 && args[0] == Stay {
		time.Sleep(time.Hour)
	}
	return nil
})

// Clock is the monotonic clock in ns, which all processes share.
func Clock() int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return 0 // which no check takes for a moment
	}
	return ts.Nano()
}
