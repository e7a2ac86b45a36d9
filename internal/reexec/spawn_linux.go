package reexec

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/shmengine/shmengine/internal/race"
	"golang.org/x/sys/unix"
)

// A child dies with the thread that created it (PR_SET_PDEATHSIG is about the
// thread, not the process), so one thread that never ends creates them all.
var creator = sync.OnceValue(func() chan<- func() {
	jobs := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range jobs {
			f()
		}
	}()
	return jobs
})

// heeding has children heed SIGINT and SIGHUP. Tests that a script started in the background,
// or with nohup, ignore them, and what is ignored is inherited, but not what is caught.
var heeding = sync.OnceFunc(func() {
	for _, sig := range []os.Signal{unix.SIGINT, unix.SIGHUP} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
})

// spawn creates the process: in a group of its own, with the control channel
// and the files and no other descriptor.
func spawn(name string, o Options, output, control *os.File) (pid int, pidfd *os.File, err error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return 0, nil, err
	}
	defer null.Close()
	heeding()
	files := append([]*os.File{null, output, output, control}, o.Files...)
	fd := -1
	attr := &syscall.ProcAttr{
		Env: environment(name, o.Env),
		Sys: &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL, Setpgid: true, PidFD: &fd},
	}
	argv := append([]string{os.Args[0]}, o.Args...)
	err = withDescriptors(files, nil, func(fds []uintptr) error {
		attr.Files = fds
		done := make(chan struct{})
		creator() <- func() {
			defer close(done)
			pid, err = syscall.ForkExec("/proc/self/exe", argv, attr)
		}
		<-done
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	return pid, pollable(fd), nil
}

// withDescriptors calls f with the files' descriptors, held open for as long
// as it runs. It does not use File.Fd, which would turn descriptions that are
// shared with others to blocking mode.
func withDescriptors(files []*os.File, fds []uintptr, f func([]uintptr) error) error {
	if len(files) == 0 {
		return f(fds)
	}
	conn, err := files[0].SyscallConn()
	if err != nil {
		return fmt.Errorf("file %s: %w", files[0].Name(), err)
	}
	inner := error(nil)
	err = conn.Control(func(fd uintptr) {
		inner = withDescriptors(files[1:], append(fds, fd), f)
	})
	if err != nil {
		return fmt.Errorf("file %s: %w", files[0].Name(), err)
	}
	return inner
}

// environment puts what the child is told before what the test has, because
// the first of two equal names counts.
func environment(name string, more []string) []string {
	all := append([]string{env + "=" + name}, more...)
	if race.Enabled {
		// Reports come at once; a child does not linger for a second at its end.
		all = append(all, strings.TrimSpace("GORACE="+os.Getenv("GORACE")+" atexit_sleep_ms=0"))
	}
	set := map[string]bool{}
	for _, kv := range all {
		key, _, _ := strings.Cut(kv, "=")
		set[key] = true
	}
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); !set[key] {
			all = append(all, kv)
		}
	}
	return all
}

// pollable makes a file of a pidfd that the runtime's poller can wait on.
func pollable(fd int) *os.File {
	_ = unix.SetNonblock(fd, true)
	return os.NewFile(uintptr(fd), "pidfd")
}

// awaitExit returns when the process of the pidfd has ended; it is not reaped.
func awaitExit(pidfd *os.File, timeout time.Duration) error {
	conn, err := pidfd.SyscallConn()
	if err != nil {
		return err
	}
	if err := pidfd.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	return conn.Read(func(fd uintptr) bool {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, _ := unix.Poll(ready, 0)
		return n == 1
	})
}

// reap takes the exit state of a process that has ended.
func reap(pid int) (State, error) {
	var ws unix.WaitStatus
	for {
		_, err := unix.Wait4(pid, &ws, 0, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return State{}, fmt.Errorf("reap process %d: %w", pid, err)
		}
		if ws.Signaled() {
			return State{Code: -1, Signal: ws.Signal()}, nil
		}
		return State{Code: ws.ExitStatus()}, nil
	}
}

// changed reports whether the child has stopped or continued, as asked for
// (WSTOPPED, WCONTINUED). A child that has ended is an error.
func changed(pid, event int) (bool, error) {
	var info unix.Siginfo
	err := unix.Waitid(unix.P_PID, pid, &info, event|unix.WNOHANG, nil)
	if err != nil {
		return false, err
	}
	if info.Signo != 0 {
		return true, nil
	}
	err = unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	if err == nil && info.Signo != 0 {
		err = fmt.Errorf("process %d has ended", pid)
	}
	return false, err
}

// raced reports whether the race detector has spoken.
func raced(output string) bool { return strings.Contains(output, "WARNING: DATA RACE") }
