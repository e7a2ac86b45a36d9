package machine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCgroupLeft(t *testing.T) {
	write := func(dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		limit, usage, stat string
		left               int64
		limited            bool
	}{
		{"max\n", "100\n", "", 0, false},
		{"9223372036854771712\n", "100\n", "", 0, false},
		{"1000\n", "300\n", "", 700, true},
		{"1000\n", "900\n", "anon 1\ninactive_file 500\n", 600, true},
		{"1000\n", "1200\n", "", 0, true},
		{"", "", "", 0, false},
	} {
		dir := t.TempDir()
		write(dir, "limit", tc.limit)
		write(dir, "usage", tc.usage)
		write(dir, "memory.stat", tc.stat)
		if left, limited := (cgroup{dir, "limit", "usage"}).left(); left != tc.left || limited != tc.limited {
			t.Errorf("limit %q usage %q: %d, %v; want %d, %v", tc.limit, tc.usage, left, limited, tc.left, tc.limited)
		}
	}
}

func TestCgroupDirs(t *testing.T) {
	got := cgroupDirs("", "/a/b")
	if len(got) != 3 || got[0].dir != "/sys/fs/cgroup/a/b" || got[2].dir != "/sys/fs/cgroup" {
		t.Errorf("version 2: %v", got)
	}
	got = cgroupDirs("cpu,memory", "/x")
	if len(got) != 2 || got[0].dir != "/sys/fs/cgroup/memory/x" {
		t.Errorf("version 1: %v", got)
	}
	if got := cgroupDirs("cpu", "/x"); got != nil {
		t.Errorf("a cgroup without memory: %v", got)
	}
}
