package chaos

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// suffer carries out a fault on this process, a worker.
func suffer(f fault) {
	switch f {
	case kill:
		_ = unix.Kill(os.Getpid(), unix.SIGKILL)
	case stop:
		_ = unix.Kill(os.Getpid(), unix.SIGSTOP)
	case segv:
		crash()
	case softFault:
		trap()[0] = 1
	}
	time.Sleep(time.Hour) // whoever is continued by mistake does not go on
}

// trap is memory that nobody may touch.
func trap() []byte {
	b, err := unix.Mmap(-1, 0, os.Getpagesize(), unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		panic(err)
	}
	return b
}

// crash faults as native code does that no runtime watches: with SIGSEGV blocked the kernel
// ends the process by it, whatever handler there is.
func crash() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) // a core delays the death and helps nobody
	b := trap()
	runtime.LockOSThread()
	var set unix.Sigset_t
	set.Val[0] = 1 << (uint(unix.SIGSEGV) - 1)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &set, nil); err != nil {
		panic(err)
	}
	b[0] = 1
}
