package advise

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// die ends this process as kill -9 does.
func die() {
	_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	time.Sleep(time.Hour) // it comes at once
}
