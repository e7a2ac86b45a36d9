package leaktest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// patience is what things get that end on their own, on a machine with much else to do.
var patience = time.Minute

// snapshot holds what exists, each thing with its description.
type snapshot map[string]string

// look makes this process the reaper of its orphans, has the runtime open its
// poller, and takes stock.
func look() snapshot {
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	if r, w, err := os.Pipe(); err == nil {
		r.Close()
		w.Close()
	}
	return take()
}

func take() snapshot {
	s := snapshot{}
	s.descriptors()
	s.mappings()
	s.names()
	s.children()
	return s
}

// settle returns what is left after the tests, once it no longer changes for
// the better.
func settle(before snapshot) []string {
	end := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		now := take()
		var left []string
		for key, what := range now {
			if _, ok := before[key]; !ok {
				left = append(left, what)
			}
		}
		if len(left) == 0 {
			return nil
		}
		if time.Now().After(end) {
			killNew(before)
			slices.Sort(left)
			return left
		}
		time.Sleep(pause)
	}
}

// descriptors lists this process's open files. The one that lists them is
// closed again by the time that it is looked at.
func (s snapshot) descriptors() {
	const dir = "/proc/self/fd"
	for _, fd := range list(dir) {
		if link, err := os.Readlink(filepath.Join(dir, fd)); err == nil {
			s["fd "+fd+" "+link] = "descriptor " + fd + ": " + link
		}
	}
}

// mappings lists mappings of shared memory, by the file that is mapped.
func (s snapshot) mappings() {
	maps, _ := os.ReadFile("/proc/self/maps")
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line) // range, access, offset, device, inode, path
		if len(f) < 6 {
			continue
		}
		path := strings.Join(f[5:], " ")
		if strings.HasPrefix(path, "/dev/shm/") || strings.HasPrefix(path, "/memfd:") {
			s["map "+f[3]+" "+f[4]] = "mapping " + f[0] + " of " + path
		}
	}
}

// names lists the arenas that carry this run's tag.
func (s snapshot) names() {
	for _, name := range list("/dev/shm") {
		if strings.HasPrefix(name, arenaPrefix+tag()+"-") {
			s["name "+name] = "name /dev/shm/" + name
		}
	}
}

// children lists child processes, and reaps the orphans that have ended.
func (s snapshot) children() {
	for _, p := range processes() {
		switch {
		case p.parent != os.Getpid():
		case p.state != 'Z':
			s[p.key()] = fmt.Sprintf("child %d: running: %s", p.pid, p.command())
		case p.group == unix.Getpgrp():
			s[p.key()] = fmt.Sprintf("child %d: ended, but nobody waited for it: %s", p.pid, p.name)
		default:
			_, _ = unix.Wait4(p.pid, nil, unix.WNOHANG, nil)
		}
	}
}

// killNew ends the running children that have been reported.
func killNew(before snapshot) {
	for _, p := range processes() {
		if _, old := before[p.key()]; !old && p.parent == os.Getpid() && p.state != 'Z' {
			_ = unix.Kill(p.pid, unix.SIGKILL)
		}
	}
}

func list(dir string) []string {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	names, _ := d.Readdirnames(-1)
	return names
}
