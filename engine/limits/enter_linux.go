package limits

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// goOn calls f on a thread, and replaces the process by the same program, whose threads
// all come from that one.
func goOn(f func() error) error {
	runtime.LockOSThread() // for good: after f the thread is fit for nothing else
	if err := f(); err != nil {
		return err
	}
	// The signal of the parent's death is a thread's, too.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	return fmt.Errorf("limits: go on as the same program: %w", syscall.Exec("/proc/self/exe", os.Args, os.Environ()))
}

// enter takes upon this thread what holds for threads.
func (l *Limits) enter(files []uintptr) (items []Item) {
	if l.Cgroup.Parent != "" {
		items = append(items, l.Cgroup.join()...)
	}
	if cpus := l.cpus(); len(cpus) > 0 {
		items = append(items, item(pin(cpus), "CPUs %v", cpus))
	}
	if l.Nice != 0 {
		err := os.NewSyscallError("setpriority", unix.Setpriority(unix.PRIO_PROCESS, 0, l.Nice))
		items = append(items, item(err, "nice %d", l.Nice))
	}
	if l.Files.NoWrites || l.Files.NoReads {
		items = append(items, l.Files.restrict(files)...)
	}
	return items
}

// pin keeps this thread on some CPUs, all of which must be to be had: the kernel is
// content with one.
func pin(cpus []int) error {
	var set, got unix.CPUSet
	for _, cpu := range cpus {
		set.Set(cpu)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return os.NewSyscallError("sched_setaffinity", err)
	}
	if err := unix.SchedGetaffinity(0, &got); err != nil {
		return os.NewSyscallError("sched_getaffinity", err)
	}
	if got != set {
		return fmt.Errorf("of them only %d are to be had here, on which it runs", got.Count())
	}
	return nil
}

var rlimitOf = map[Resource]int{
	AS: unix.RLIMIT_AS, Data: unix.RLIMIT_DATA, CPU: unix.RLIMIT_CPU, NoFile: unix.RLIMIT_NOFILE,
	Core: unix.RLIMIT_CORE, FSize: unix.RLIMIT_FSIZE, Stack: unix.RLIMIT_STACK, MLock: unix.RLIMIT_MEMLOCK,
}

// finish takes upon this process what holds for processes: the filter last, since it may
// forbid what comes before it.
func (l *Limits) finish() (items []Item) {
	for _, r := range slices.Sorted(maps.Keys(l.Rlimits)) {
		n := l.Rlimits[r]
		// Package syscall, so that the runtime does not restore its own limit of files.
		err := os.NewSyscallError("setrlimit", syscall.Setrlimit(rlimitOf[r], &syscall.Rlimit{Cur: n, Max: n}))
		items = append(items, item(err, "rlimit %s %d", r, n))
	}
	if l.Deny != 0 {
		items = append(items, item(l.Deny.filter(), "deny %v", l.Deny))
	}
	return items
}
