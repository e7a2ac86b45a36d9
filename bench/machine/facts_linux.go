package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// field returns what stands behind "key:" at the start of a line of text.
func field(text, key string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func readFile(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func cpuModel() string {
	return strings.Join(strings.Fields(field(readFile("/proc/cpuinfo"), "model name")), " ")
}

func kernelRelease() string { return strings.TrimSpace(readFile("/proc/sys/kernel/osrelease")) }

func shmSize() int64 {
	var st unix.Statfs_t
	if unix.Statfs("/dev/shm", &st) != nil {
		return 0
	}
	return int64(st.Blocks) * st.Bsize
}

func totalRAM() int64 { return meminfo("MemTotal") }

func meminfo(key string) int64 {
	kib, _, _ := strings.Cut(field(readFile("/proc/meminfo"), key), " ")
	n, _ := strconv.ParseInt(kib, 10, 64)
	return n << 10
}

// Memory returns how many bytes this process may still take: what the machine
// has free, or what the nearest limit of its cgroups leaves. ok is false where
// neither can be read.
func Memory() (free int64, ok bool) {
	free = meminfo("MemAvailable")
	ok = free > 0
	for line := range strings.Lines(readFile("/proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		for _, c := range cgroupDirs(parts[1], parts[2]) {
			if left, limited := c.left(); limited && (!ok || left < free) {
				free, ok = left, true
			}
		}
	}
	return free, ok
}

// A cgroup is a directory with the names of its two files.
type cgroup struct{ dir, limit, usage string }

// cgroupDirs returns the cgroups whose limits hold for this process, itself
// and all above it.
func cgroupDirs(controllers, path string) (all []cgroup) {
	var c cgroup
	switch {
	case controllers == "":
		c = cgroup{"/sys/fs/cgroup", "memory.max", "memory.current"}
	case strings.Contains(","+controllers+",", ",memory,"):
		c = cgroup{"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"}
	default:
		return nil
	}
	root := c.dir
	for at := filepath.Clean("/" + path); ; at = filepath.Dir(at) {
		c.dir = filepath.Join(root, at)
		all = append(all, c)
		if at == "/" {
			return all
		}
	}
}

// left returns what a cgroup's limit leaves, if it has one. Page cache that
// could be given back counts as used only where the kernel does not say.
func (c cgroup) left() (int64, bool) {
	number := func(name string) (int64, bool) {
		n, err := strconv.ParseInt(strings.TrimSpace(readFile(filepath.Join(c.dir, name))), 10, 64)
		return n, err == nil
	}
	limit, ok := number(c.limit)
	if !ok || limit <= 0 || limit >= 1<<62 {
		return 0, false
	}
	used, _ := number(c.usage)
	for line := range strings.Lines(readFile(filepath.Join(c.dir, "memory.stat"))) {
		if v, found := strings.CutPrefix(line, "inactive_file "); found {
			n, _ := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
			used -= n
		}
	}
	return max(0, limit-max(0, used)), true
}

// userHz is the unit of times in /proc: it is 100 a second on every architecture.
const userHz = 100

// Started is when something began that many clock ticks after boot, or the zero
// time if that cannot be told.
func Started(ticks uint64) time.Time {
	for line := range strings.Lines(readFile("/proc/stat")) {
		if text, ok := strings.CutPrefix(line, "btime "); ok {
			boot, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
			if err != nil || ticks > 1<<50 {
				return time.Time{}
			}
			return time.Unix(boot+int64(ticks/userHz), 0)
		}
	}
	return time.Time{}
}
