package doctor

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Run looks at everything, in the order in which it is printed.
func Run() []Check {
	return []Check{
		system(), kernel(unameRelease()), sandbox(read("/proc/version"), read("/proc/self/status")),
		shm("/dev/shm"), tmpfile("/dev/shm"), memfd(),
		populate(), collapse(), ofdLocks(), pidfd(), waitv(), barrier(), proc(),
		limit("open files (RLIMIT_NOFILE)", unix.RLIMIT_NOFILE, leastFiles, "each attached arena takes about 5 descriptors and each peer that is watched one: ulimit -n 4096"),
		limit("address space (RLIMIT_AS)", unix.RLIMIT_AS, leastAddresses, "an arena takes addresses for its whole capacity: ulimit -v unlimited"),
		limit("locked memory (RLIMIT_MEMLOCK)", unix.RLIMIT_MEMLOCK, 0, ""),
		limit("processes (RLIMIT_NPROC)", unix.RLIMIT_NPROC, leastProcesses, "each worker has about ten threads: ulimit -u 1024"),
		cgroupMemory(),
	}
}

const (
	leastFiles     = 256
	leastAddresses = 64 << 30
	leastProcesses = 256
	leastMajor     = 5
	leastMinor     = 14
)

func read(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

func system() Check {
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return fail("system", runtime.GOOS+"/"+runtime.GOARCH, "arenas need a 64-bit little-endian machine; amd64 and arm64 are tested")
	}
	return ok("system", "%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
}

func unameRelease() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(u.Release[:])
}

// kernel judges a release such as "6.8.0-45-generic".
func kernel(release string) Check {
	var major, minor int
	_, err := fmt.Sscanf(release, "%d.%d", &major, &minor)
	switch {
	case err != nil:
		return warn("kernel", release, "the release cannot be read; what follows was tried")
	case major < leastMajor || major == leastMajor && minor < leastMinor:
		return fail("kernel", release, "Linux 5.14 is the oldest that is supported")
	case major == leastMajor && minor < 16:
		return warn("kernel", release, "from Linux 5.16 on a thread sleeps on many words at once (futex_waitv)")
	}
	return ok("kernel", "%s", release)
}

// sandbox tells the kernels that are only like Linux, and filters of system calls,
// from the texts of /proc/version and /proc/self/status.
func sandbox(version, status string) Check {
	const name = "sandbox"
	switch {
	case strings.Contains(version, "gVisor") || strings.HasPrefix(version, "Linux version 4.4.0 #1 SMP Sun Jan 10"):
		return warn(name, "gVisor", "file locks and pidfds of other sandboxes are not seen, and MADV_POPULATE is missing: keep all members in one sandbox")
	case strings.Contains(strings.ToLower(version), "microsoft"):
		return warn(name, "WSL", "WSL2 works; WSL1 does not (no OFD locks between processes). /dev/shm is half of the virtual machine's memory: see .wslconfig")
	}
	for line := range strings.Lines(status) {
		mode, found := strings.CutPrefix(line, "Seccomp:")
		if found && strings.TrimSpace(mode) == "2" {
			return ok(name, "a seccomp filter, as in Docker; what it forbids shows below. Docker gives 64 MiB of /dev/shm: --shm-size=8g, or --ipc=host")
		}
	}
	return ok(name, "none")
}

func proc() Check {
	_, err := os.Stat("/proc/self/fd")
	return tried("/proc", "mounted", err, fail, "descriptors are opened anew through /proc/self/fd: mount -t proc proc /proc")
}

// limit judges a resource limit; least 0 is any.
func limit(name string, which int, least uint64, advice string) Check {
	var l unix.Rlimit
	if err := unix.Getrlimit(which, &l); err != nil {
		return warn(name, err.Error(), "")
	}
	if l.Cur == unix.RLIM_INFINITY {
		return ok(name, "unlimited")
	}
	if l.Cur < least {
		return warn(name, fmt.Sprint(l.Cur), advice)
	}
	return ok(name, "%d", l.Cur)
}
