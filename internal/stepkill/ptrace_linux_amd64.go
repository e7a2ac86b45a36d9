package stepkill

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ptrace makes a request that needs no memory. All requests for a thread come
// from the one thread that seized it.
func ptrace(request, tid int, addr, data uintptr) error {
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, uintptr(request), uintptr(tid), addr, data, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("ptrace", errno)
	}
	return nil
}

// seize begins to trace a thread, without stopping it. It dies with us.
func seize(tid int) error {
	return ptrace(unix.PTRACE_SEIZE, tid, 0, unix.PTRACE_O_EXITKILL)
}

// halt seizes a thread and returns when it stands still; ok is false if it has
// ended.
func halt(tid int) (ok bool, err error) {
	err = seize(tid)
	if err == nil {
		err = ptrace(unix.PTRACE_INTERRUPT, tid, 0, 0)
	}
	var ws unix.WaitStatus
	if err == nil {
		ws, err = wait(tid)
	}
	if errors.Is(err, unix.ESRCH) || errors.Is(err, unix.ECHILD) {
		return false, nil
	}
	return ws.Stopped(), err
}

// wait returns the next thing that happens to a traced thread.
func wait(tid int) (unix.WaitStatus, error) {
	ws, _, err := poll(tid, 0)
	return ws, err
}

// poll is wait, with options: with WNOHANG ok is false if nothing happened.
func poll(tid, options int) (ws unix.WaitStatus, ok bool, err error) {
	for {
		got, err := unix.Wait4(tid, &ws, options|unix.WALL, nil)
		if err == unix.EINTR {
			continue
		}
		return ws, got == tid, os.NewSyscallError("wait4", err)
	}
}

// next returns the instruction that a stopped thread would execute next, undisturbed.
func next(tid int) (pc uintptr, system bool, err error) {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return 0, false, os.NewSyscallError("ptrace", err)
	}
	withdraw(tid, &regs)
	var code [2]byte
	if _, err := unix.PtracePeekText(tid, uintptr(regs.Rip), code[:]); err != nil {
		return 0, false, os.NewSyscallError("ptrace", err)
	}
	return uintptr(regs.Rip), code == [2]byte{0x0F, 0x05}, nil
}

// threads lists the threads of a process.
func threads(pid int) []int {
	tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	var tids []int
	for _, task := range tasks {
		if tid, err := strconv.Atoi(task.Name()); err == nil {
			tids = append(tids, tid)
		}
	}
	return tids
}

// state returns what /proc says of a thread: R running, S asleep, Z or 0 ended.
func state(pid, tid int) byte {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/stat", pid, tid))
	i := strings.LastIndex(string(stat), ") ")
	if i < 0 {
		return 0
	}
	return stat[i+2]
}
