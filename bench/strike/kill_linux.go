package strike

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Kill kills a worker of an engine if it is in the middle of a partition. To be sure
// of that, the worker is stopped first, and asked about when it no longer
// moves: then it is killed, or let go on. A worker that is gone is no error.
func Kill(pid int, running func() []int) (killed bool, err error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false, unlessGone("pidfd_open", err)
	}
	defer unix.Close(fd)
	// The handle is that of a worker if the engine still says so now: from here
	// on no other process can be meant, whatever becomes of the number.
	if !slices.Contains(running(), pid) {
		return false, nil
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGSTOP, nil, 0); err != nil {
		return false, unlessGone("pidfd_send_signal", err)
	}
	if alive, err := awaitStopped(pid); !alive || err != nil {
		return false, err
	}
	if !slices.Contains(running(), pid) {
		return false, unlessGone("pidfd_send_signal", unix.PidfdSendSignal(fd, unix.SIGCONT, nil, 0))
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil {
		return false, unlessGone("pidfd_send_signal", err)
	}
	return true, nil
}

func unlessGone(call string, err error) error {
	if err == nil || errors.Is(err, unix.ESRCH) {
		return nil
	}
	return os.NewSyscallError(call, err)
}

// awaitStopped waits until all threads of a process that was sent SIGSTOP have
// stopped: false if the process is gone.
func awaitStopped(pid int) (alive bool, err error) {
	dir := "/proc/" + strconv.Itoa(pid) + "/task"
	for {
		threads, err := os.ReadDir(dir)
		if err != nil {
			return false, nil
		}
		moving := false
		for _, t := range threads {
			switch state, err := threadState(dir + "/" + t.Name()); {
			case err != nil:
				return false, err
			case state == 'Z' || state == 'X':
				return false, nil
			case state != 'T' && state != 't':
				moving = true
			}
		}
		if !moving {
			return true, nil
		}
		runtime.Gosched()
	}
}

// threadState returns the letter of a thread's state; 'X' if it is gone.
func threadState(dir string) (byte, error) {
	text, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return 'X', nil
	}
	// The name before the state may hold anything, a closing bracket too.
	_, rest, ok := strings.Cut(string(text[max(0, strings.LastIndexByte(string(text), ')')):]), ") ")
	if !ok || rest == "" {
		return 0, fmt.Errorf("%s/stat: %q", dir, text)
	}
	return rest[0], nil
}
