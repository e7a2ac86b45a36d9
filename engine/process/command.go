package process

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// What a child is told by its environment. The variables are for one child alone: Start
// never passes inherited ones on, and EndWithParent removes them.
const (
	lifelineEnv = "SHMENGINE_LIFELINE" // number of the lifeline's descriptor
	groupEnv    = "SHMENGINE_GROUP"    // process group of the parent
)

// private are the variables that Start sets itself, for each child anew.
var private = []string{lifelineEnv, groupEnv, depthEnv, selfEnv, entryEnv, spareEnv}

// firstFile is the number of Command.Files[0] in the child.
const firstFile = 3

// Command says what to start. The zero value starts this program again, without
// arguments, with this process's outputs.
type Command struct {
	// Path is the program: a path, a name to be found in PATH, or "" for the program
	// that is running now (also if its file was replaced or deleted since).
	Path string
	// Args are the arguments that follow the program's name.
	Args []string
	// Env are additions to the environment of this process, as "key=value". A later
	// entry replaces an earlier one with the same key.
	Env []string
	// Dir is the child's working directory; "" is this process's.
	Dir string
	// Files become the child's descriptors 3, 4, ... A nil entry leaves its number
	// closed. They stay open here, and their blocking mode is left as it is.
	Files []*os.File
	// Stdout gets the child's standard output; nil is this process's own. An *os.File
	// is passed to the child itself; any other writer is fed by a goroutine.
	Stdout io.Writer
	// Stderr gets the child's standard error; nil is this process's own. It always
	// goes through this process, which keeps the tail of it.
	Stderr io.Writer
	// IgnoreInterrupt keeps Ctrl-C, which goes to every process of the terminal's
	// foreground group, from the child: it is left to this process to act on it.
	IgnoreInterrupt bool
	// Lifeline passes one more descriptor after Files, by which EndWithParent in the
	// child learns of this process's death where the kernel's parent-death signal does
	// not reach: behind a wrapper program or in another PID namespace.
	Lifeline bool
	// Name is what people call the child, in Children and in logs; "" is the entry's
	// name or that of the program's file.
	Name string
	// Entry is what the child runs in place of main, with Args as its arguments. The
	// program, this one or that of Path, makes the same entry and calls Init.
	Entry *Entry

	block bool // the last of Files is a spare's block
}

// lifeline reports whether the child gets one: entries always do, since Init looks for it.
func (c *Command) lifeline() bool { return c.Lifeline || c.Entry != nil || c.block }

// Validate reports the first thing that Start would refuse before it starts anything.
func (c Command) Validate() error {
	for _, s := range slices.Concat([]string{c.Path, c.Dir}, c.Args, c.Env) {
		if strings.IndexByte(s, 0) >= 0 {
			return fmt.Errorf("process: command: NUL byte in %q", s)
		}
	}
	for _, kv := range c.Env {
		if strings.IndexByte(kv, '=') < 1 {
			return fmt.Errorf("process: command: environment entry %q is not key=value", kv)
		}
	}
	return nil
}

// title is the name of the child for people.
func (c *Command) title() string {
	switch {
	case c.Name != "":
		return c.Name
	case c.Entry != nil:
		return c.Entry.name
	}
	return filepath.Base(c.name())
}

// name is what errors call the program.
func (c *Command) name() string {
	if c.Path == "" {
		return os.Args[0]
	}
	return c.Path
}

// argv is the child's argument vector.
func (c *Command) argv() []string {
	return append([]string{c.name()}, c.Args...)
}

// find gives the path for execve.
func (c *Command) find() (string, error) {
	if c.Path == "" {
		return selfExe, nil
	}
	if strings.ContainsRune(c.Path, os.PathSeparator) {
		return c.Path, nil
	}
	path, err := exec.LookPath(c.Path)
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%w: %w", errNoEntry, err)
	}
	return path, err
}

// environ is the child's environment: base with Env on top, one entry a key, and what the
// child has to know. group is this process's group.
func (c *Command) environ(base []string, group int) []string {
	env := slices.Concat(base, c.Env)
	last := make(map[string]int, len(env))
	for i, kv := range env {
		last[envKey(kv)] = i
	}
	out := make([]string, 0, len(env)+2)
	for i, kv := range env {
		if key := envKey(kv); last[key] == i && !slices.Contains(private, key) {
			out = append(out, kv)
		}
	}
	out = append(out, c.lineage()...)
	if c.Entry != nil {
		out = append(out, entryEnv+"="+c.Entry.name)
	}
	if c.block {
		out = append(out, fmt.Sprintf("%s=%d", spareEnv, firstFile+len(c.Files)-1))
	}
	if c.lifeline() {
		out = append(out, fmt.Sprintf("%s=%d", lifelineEnv, firstFile+len(c.Files)))
	}
	if c.IgnoreInterrupt {
		out = append(out, fmt.Sprintf("%s=%d", groupEnv, group))
	}
	return out
}

// envKey is the part of an environment entry before its "=".
func envKey(kv string) string {
	key, _, _ := strings.Cut(kv, "=")
	return key
}
