package kernel

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/bench/machine"
)

// bind binds the calling thread to a CPU, and all others of this process to the rest of
// some CPUs, if there is one.
func bind(cpu int, cpus []int) error {
	others := slices.DeleteFunc(slices.Clone(cpus), func(c int) bool { return c == cpu })
	if len(others) > 0 {
		if err := machine.Pin(others...); err != nil {
			return err
		}
	}
	var set unix.CPUSet
	set.Set(cpu)
	return os.NewSyscallError("sched_setaffinity", unix.SchedSetaffinity(0, &set))
}
