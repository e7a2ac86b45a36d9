package limits

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A cgroup is files: see cgroup-v2.rst of the kernel.

// join makes the cgroup, sets its bounds, and moves this process into it.
func (c *Cgroup) join() (items []Item) {
	if err := c.make(); err != nil {
		return []Item{item(err, "cgroup %s", c.Parent)}
	}
	if c.MemoryMax > 0 {
		items = append(items, item(c.bound("memory", "memory.max", fmt.Sprint(c.MemoryMax)), "memory.max %d", c.MemoryMax))
	}
	if c.CPUMax > 0 {
		const period = 100_000
		text := fmt.Sprintf("%d %d", int(c.CPUMax*period), period)
		items = append(items, item(c.bound("cpu", "cpu.max", text), "cpu.max %s", text))
	}
	err := os.WriteFile(filepath.Join(c.Parent, "cgroup.procs"), []byte("0"), 0)
	return append(items, item(err, "cgroup %s", c.Parent))
}

// make makes the folder; one of a worker before this one will do. Only a cgroup has a
// file cgroup.procs that nobody made.
func (c *Cgroup) make() error {
	if err := os.Mkdir(c.Parent, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Parent, "cgroup.procs")); err != nil {
		return errors.Join(errors.New("it is in no cgroup file system of version 2"), os.Remove(c.Parent))
	}
	return nil
}

// bound sets a bound of a controller, which the folder above must hand down.
func (c *Cgroup) bound(controller, file, value string) error {
	path := filepath.Join(c.Parent, file)
	if _, err := os.Stat(path); err != nil {
		above := filepath.Dir(c.Parent)
		if err := os.WriteFile(filepath.Join(above, "cgroup.subtree_control"), []byte("+"+controller), 0); err != nil {
			have, _ := os.ReadFile(filepath.Join(above, "cgroup.controllers"))
			return fmt.Errorf("controller %s cannot be had from %s, which has %q: %w", controller, above, strings.TrimSpace(string(have)), err)
		}
	}
	return os.WriteFile(path, []byte(value), 0)
}

// Remove removes the cgroups of the first n workers that For made names for; the workers
// have ended.
func (l Limits) Remove(n int, cgroup string) error {
	var errs []error
	for i := range n {
		dir := l.For(i, cgroup).Cgroup.Parent
		if dir == "" {
			return nil
		}
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
