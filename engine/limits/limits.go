package limits

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Limits are bounds for workers. The zero value is none.
type Limits struct {
	// CPUs are sets of CPUs: worker i may run on those of CPUs[i % len(CPUs)]. None, or
	// an empty set, leaves it as it is.
	CPUs [][]int
	// Nice is the niceness, -20 (eager) to 19; 0 leaves it as it is. To be more eager
	// than before needs a privilege.
	Nice int
	// Rlimits are resource limits, soft and hard. They are set when the arenas are
	// mapped: [AS] counts those, [Data] does not.
	Rlimits map[Resource]uint64
	// Files restricts which files may be touched.
	Files Files
	// Deny is which system calls fail with EPERM.
	Deny Calls
	// Cgroup puts each worker into a cgroup (version 2) of its own.
	Cgroup Cgroup
	// Strict ends a worker for which something of this cannot be had.
	Strict bool
}

// A Resource is one of setrlimit(2).
type Resource string

// The resources.
const (
	AS     Resource = "as"     // address space in bytes: arenas and the Go runtime's reserve are in it
	Data   Resource = "data"   // private writable memory in bytes; the Go runtime takes 64 MiB of address space at a time
	CPU    Resource = "cpu"    // seconds of CPU time; then SIGXCPU, and the worker is replaced
	NoFile Resource = "nofile" // highest descriptor + 1
	Core   Resource = "core"   // bytes of a core file; 0 is none
	FSize  Resource = "fsize"  // bytes of a file that is written; beyond it EFBIG
	Stack  Resource = "stack"  // bytes of the first thread's stack
	MLock  Resource = "memlock"
)

var resources = []Resource{AS, Data, CPU, NoFile, Core, FSize, Stack, MLock}

// Files says which files may be touched, by Landlock. What is open already stays usable,
// and so do the engine's arenas, which the worker opens anew; the process of an isolated
// call can open the data arena for reading only.
type Files struct {
	// NoWrites refuses to write, make, remove, rename and truncate files, but below the
	// paths Writable (and /dev/null).
	NoWrites bool
	Writable []string
	// NoReads refuses to read files, list folders and execute programs, but below the
	// paths Readable and Writable, and where any program must read: itself, /proc, /sys,
	// /dev/null, /dev/zero, /dev/urandom and the folders of shared libraries.
	NoReads  bool
	Readable []string
}

// Calls is a set of system calls.
type Calls uint32

// The sets.
const (
	Exec     Calls = 1 << iota // execve, execveat
	Network                    // socket, io_uring_setup
	Trace                      // ptrace and what else reaches into other processes
	Admin                      // mount, unshare, setns, bpf, modules, keys, clocks and such
	AllCalls = Exec | Network | Trace | Admin
)

// Cgroup is bounds by a cgroup of version 2.
type Cgroup struct {
	// Parent is a folder of the cgroup file system that this user may make cgroups in:
	// the workers' are made there, and removed when the engine is closed. "" is none.
	Parent string
	// MemoryMax is memory.max in bytes, 0 none. Beyond it the kernel kills the worker.
	// Pages of an arena count for whoever touched them first.
	MemoryMax int64
	// CPUMax is cpu.max in CPUs, such as 0.5; 0 none.
	CPUMax float64
}

// IsZero reports whether there is nothing to do.
func (l Limits) IsZero() bool {
	return len(l.CPUs) == 0 && l.Nice == 0 && len(l.Rlimits) == 0 && !l.Files.NoWrites && !l.Files.NoReads &&
		l.Deny == 0 && l.Cgroup.Parent == ""
}

const maxCPU = 1024

// Validate says what is wrong with l.
func (l Limits) Validate() error {
	for _, set := range l.CPUs {
		for _, cpu := range set {
			if cpu < 0 || cpu >= maxCPU {
				return fmt.Errorf("limits: CPU %d: 0 to %d", cpu, maxCPU-1)
			}
		}
	}
	if l.Nice < -20 || l.Nice > 19 {
		return fmt.Errorf("limits: niceness %d: -20 to 19", l.Nice)
	}
	for r := range l.Rlimits {
		if !slices.Contains(resources, r) {
			return fmt.Errorf("limits: no resource %q: want one of %v", r, resources)
		}
	}
	if l.Deny&^AllCalls != 0 {
		return fmt.Errorf("limits: Deny is %#x: a set of Exec, Network, Trace, Admin", uint32(l.Deny))
	}
	return l.validFiles()
}

// validFiles is Validate for what names files.
func (l Limits) validFiles() error {
	f, c := l.Files, l.Cgroup
	switch {
	case len(f.Writable) > 0 && !f.NoWrites && !f.NoReads:
		return fmt.Errorf("limits: Writable without NoWrites: everything is writable")
	case len(f.Readable) > 0 && !f.NoReads:
		return fmt.Errorf("limits: Readable without NoReads: everything is readable")
	case c.Parent == "" && (c.MemoryMax != 0 || c.CPUMax != 0):
		return fmt.Errorf("limits: bounds of a cgroup without Cgroup.Parent")
	case c.MemoryMax < 0 || c.CPUMax < 0 || c.CPUMax > maxCPU:
		return fmt.Errorf("limits: cgroup of %d bytes and %g CPUs", c.MemoryMax, c.CPUMax)
	}
	for _, path := range slices.Concat(f.Writable, f.Readable) {
		if !filepath.IsAbs(path) {
			return fmt.Errorf("limits: path %q is not absolute", path)
		}
	}
	if c.Parent != "" && !filepath.IsAbs(c.Parent) {
		return fmt.Errorf("limits: cgroup %q is not an absolute path", c.Parent)
	}
	return nil
}

// For returns what is meant for worker i, one set of CPUs among it. Its Cgroup is the
// worker's own, of that name.
func (l Limits) For(i int, cgroup string) Limits {
	if n := len(l.CPUs); n > 0 {
		l.CPUs = l.CPUs[i%n : i%n+1]
	}
	if l.Cgroup.Parent != "" {
		l.Cgroup.Parent = filepath.Join(l.Cgroup.Parent, fmt.Sprintf("%s-%d", cgroup, i))
	}
	return l
}

// cpus is the set of For, nil for none.
func (l *Limits) cpus() []int {
	if len(l.CPUs) == 0 {
		return nil
	}
	return l.CPUs[0]
}

// An Item is one bound, and what was done about it.
type Item struct {
	What    string `json:"what"`    // such as "nice 10"
	Applied bool   `json:"applied"` // whether it holds
	Why     string `json:"why"`     // why it does not, or what of it does
}

// String is the item as a line.
func (i Item) String() string {
	s := i.What + ": applied"
	if !i.Applied {
		s = i.What + ": NOT applied"
	}
	if i.Why != "" {
		s += " (" + i.Why + ")"
	}
	return s
}

// item is the outcome of one bound.
func item(err error, format string, args ...any) Item {
	i := Item{What: fmt.Sprintf(format, args...), Applied: err == nil}
	if err != nil {
		i.Why = err.Error()
	}
	return i
}

// String names the sets.
func (c Calls) String() string {
	var names []string
	for i, name := range []string{"exec", "network", "trace", "admin"} {
		if c&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
