package process

import (
	"io/fs"
	"math"
	"path"
	"runtime"
	"strconv"
	"strings"
)

// CPUs returns how many CPUs this process may use: those of its affinity mask, or fewer if
// the quota of a cgroup is less. It is at least 1. A quota of 1.5 CPUs counts as 2: whoever
// starts workers by it is throttled rather than idle. It reads files, so ask it once.
func CPUs() int {
	n := affinity()
	if q, ok := quota(hostFiles()); ok {
		n = min(n, int(math.Ceil(q)))
	}
	return max(n, 1)
}

// quota returns the least CPU quota of the cgroups that hold for this process, in CPUs. What
// cannot be read or understood is no quota.
func quota(root fs.FS) (least float64, ok bool) {
	for line := range strings.Lines(text(root, "proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		base, read := "sys/fs/cgroup", quotaV2
		if parts[1] != "" {
			base, read = "sys/fs/cgroup/cpu", quotaV1
			if !strings.Contains(","+parts[1]+",", ",cpu,") {
				continue
			}
		}
		for at := path.Clean("/" + parts[2]); ; at = path.Dir(at) {
			if q, found := read(root, path.Join(base, at)); found && (!ok || q < least) {
				least, ok = q, true
			}
			if at == "/" {
				break
			}
		}
	}
	return least, ok
}

// quotaV2 reads a line such as "150000 100000" or "max 100000".
func quotaV2(root fs.FS, dir string) (float64, bool) {
	f := strings.Fields(text(root, path.Join(dir, "cpu.max")))
	if len(f) != 2 {
		return 0, false
	}
	return share(f[0], f[1])
}

func quotaV1(root fs.FS, dir string) (float64, bool) {
	return share(text(root, path.Join(dir, "cpu.cfs_quota_us")), text(root, path.Join(dir, "cpu.cfs_period_us")))
}

// share divides a quota by its period. "max" and -1 are no quota.
func share(quota, period string) (float64, bool) {
	q, err := strconv.ParseInt(strings.TrimSpace(quota), 10, 64)
	p, perr := strconv.ParseInt(strings.TrimSpace(period), 10, 64)
	if err != nil || perr != nil || q <= 0 || p <= 0 {
		return 0, false
	}
	return min(float64(q)/float64(p), math.MaxInt32), true
}

// text returns a file, at most as much as such a file has, or nothing.
func text(root fs.FS, name string) string {
	f, err := root.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // only read from
	var buf [16 << 10]byte
	n := 0
	for n < len(buf) {
		got, err := f.Read(buf[n:])
		n += got
		if err != nil || got == 0 {
			break
		}
	}
	return string(buf[:n])
}

// ofRuntime is the affinity as it was when the program began.
func ofRuntime() int { return runtime.NumCPU() }
