package process

import (
	"math"
	"runtime"
	"testing"
	"testing/fstest"
)

// host is a file system with some files of cgroups.
func host(files map[string]string) fstest.MapFS {
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func TestQuota(t *testing.T) {
	const self, v2, v1 = "proc/self/cgroup", "sys/fs/cgroup/", "sys/fs/cgroup/cpu/"
	for name, c := range map[string]struct {
		files map[string]string
		want  float64 // 0: none
	}{
		"nothing":      {nil, 0},
		"unlimited":    {map[string]string{self: "0::/a\n", v2 + "a/cpu.max": "max 100000\n"}, 0},
		"v2":           {map[string]string{self: "0::/a\n", v2 + "a/cpu.max": "150000 100000\n"}, 1.5},
		"v2 parent":    {map[string]string{self: "0::/a/b\n", v2 + "a/b/cpu.max": "300000 100000\n", v2 + "a/cpu.max": "50000 100000\n"}, 0.5},
		"v2 root":      {map[string]string{self: "0::/\n", v2 + "cpu.max": "200000 100000\n"}, 2},
		"v1":           {map[string]string{self: "5:memory:/m\n4:cpu,cpuacct:/d\n", v1 + "d/cpu.cfs_quota_us": "250000\n", v1 + "d/cpu.cfs_period_us": "100000\n"}, 2.5},
		"v1 unlimited": {map[string]string{self: "4:cpu:/d\n", v1 + "d/cpu.cfs_quota_us": "-1\n", v1 + "d/cpu.cfs_period_us": "100000\n"}, 0},
		"v1 other":     {map[string]string{self: "4:cpuset:/d\n", v1 + "d/cpu.cfs_quota_us": "1\n", v1 + "d/cpu.cfs_period_us": "100000\n"}, 0},
		"escape":       {map[string]string{self: "0::/../../x\n", "x/cpu.max": "1 100000\n", v2 + "x/cpu.max": "400000 100000\n"}, 4},
	} {
		got, ok := quota(host(c.files))
		if ok != (c.want > 0) || got != c.want {
			t.Errorf("%s: %v, %v; want %v", name, got, ok, c.want)
		}
	}
}

func TestCPUs(t *testing.T) {
	if n := CPUs(); n < 1 || n > runtime.NumCPU() {
		t.Errorf("%d CPUs, the runtime has %d", n, runtime.NumCPU())
	}
}

// Garbage is no quota, and never a panic or something that is no number of CPUs.
func FuzzQuota(f *testing.F) {
	for _, s := range []string{"", "max", "max max", "0 0", "-5 1", "1 0", "9223372036854775807 1", "1e9 1", "\x00\xff", "1 2 3", "nan inf"} {
		f.Add("0::/a/../b\n1:cpu:/x", s, s)
		f.Add(s, s, "1")
	}
	f.Fuzz(func(t *testing.T, self, limit, period string) {
		q, ok := quota(host(map[string]string{
			"proc/self/cgroup": self, "sys/fs/cgroup/cpu.max": limit, "sys/fs/cgroup/b/cpu.max": limit,
			"sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": limit, "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": period,
		}))
		if n := max(1, int(math.Ceil(q))); n < 1 || ok && !(q > 0) || q > math.MaxInt32 {
			t.Errorf("%q, %q, %q: %v, %v", self, limit, period, q, ok)
		}
	})
}
