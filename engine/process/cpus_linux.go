package process

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// affinity counts the CPUs that this process's first thread may use now.
func affinity() int {
	var set unix.CPUSet
	if unix.SchedGetaffinity(unix.Getpid(), &set) != nil || set.Count() == 0 {
		return ofRuntime() // more CPUs than a CPUSet holds, or a sandbox
	}
	return set.Count()
}

func hostFiles() fs.FS { return os.DirFS("/") }
