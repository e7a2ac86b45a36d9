package machine

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// CPUs returns the CPUs that this process may use.
func CPUs() (list []int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, os.NewSyscallError("sched_getaffinity", err)
	}
	for i := range 8 * len(set) * 8 {
		if set.IsSet(i) {
			list = append(list, i)
		}
	}
	return list, nil
}

// Pin binds all threads of this process to some CPUs. A thread that is started
// meanwhile is seen the next time round, or inherits what its parent has.
func Pin(list ...int) error {
	var set unix.CPUSet
	for _, cpu := range list {
		set.Set(cpu)
	}
	pinned := map[int]bool{}
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		fresh := false
		for _, t := range threads {
			tid, err := strconv.Atoi(t.Name())
			if err != nil || pinned[tid] {
				continue
			}
			if err := unix.SchedSetaffinity(tid, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("pin to CPUs %v: %w", list, os.NewSyscallError("sched_setaffinity", err))
			}
			pinned[tid], fresh = true, true
		}
		if !fresh {
			return nil
		}
	}
}
