package leaktest

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// process is what /proc/PID/stat says of a process.
type process struct {
	pid, parent, group int
	state              byte
	name               string
}

// processes lists all processes that can be seen.
func processes() []process {
	var all []process
	for _, entry := range list("/proc") {
		pid, err := strconv.Atoi(entry)
		if err != nil {
			continue
		}
		stat, err := os.ReadFile("/proc/" + entry + "/stat")
		if err != nil {
			continue // it is gone
		}
		if p, ok := parseStat(string(stat)); ok && p.pid == pid {
			all = append(all, p)
		}
	}
	return all
}

// parseStat reads "pid (name) state parent group ...". A name may hold spaces
// and parentheses, so it ends at the last one.
func parseStat(s string) (process, bool) {
	open, end := strings.IndexByte(s, '('), strings.LastIndexByte(s, ')')
	if open < 1 || end < open {
		return process{}, false
	}
	p := process{name: s[open+1 : end]}
	var err error
	if p.pid, err = strconv.Atoi(strings.TrimSpace(s[:open])); err != nil {
		return process{}, false
	}
	n, err := fmt.Sscanf(s[end+1:], " %c %d %d", &p.state, &p.parent, &p.group)
	letter := 'A' <= p.state && p.state <= 'z'
	return p, n == 3 && err == nil && letter && p.pid > 0
}

func (p process) key() string { return fmt.Sprintf("child %d", p.pid) }

// command returns how the process was started.
func (p process) command() string {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.pid))
	if cmd := strings.TrimSpace(strings.ReplaceAll(string(b), "\x00", " ")); cmd != "" {
		return cmd
	}
	return p.name
}
