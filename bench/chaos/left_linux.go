package chaos

import (
	"os"
	"path/filepath"
	"strings"
)

// leftovers counts what this process has that an engine could leave behind.
func leftovers() map[string]int {
	left := map[string]int{}
	fds, _ := os.ReadDir("/proc/self/fd")
	for _, fd := range fds {
		to, err := os.Readlink("/proc/self/fd/" + fd.Name())
		if err == nil && !strings.HasPrefix(to, "/proc/") {
			left["descriptor "+kindOf(to)]++
		}
	}
	maps, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, "/dev/shm/") || strings.Contains(line, "/memfd:") {
			left["mapping"]++
		}
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, file := range tasks {
		text, _ := os.ReadFile(file)
		left["child"] += len(strings.Fields(string(text)))
	}
	return left
}

// kindOf is what a descriptor leads to, without the number that is new each time.
func kindOf(to string) string {
	kind, _, _ := strings.Cut(to, "[")
	if base, _, ok := strings.Cut(kind, "#"); ok {
		return base
	}
	return kind
}

// names are those in /dev/shm that say that they are of this run.
func names(tag string) (list []string) {
	all, _ := os.ReadDir("/dev/shm")
	for _, e := range all {
		if strings.Contains(e.Name(), tag) {
			list = append(list, e.Name())
		}
	}
	return list
}
