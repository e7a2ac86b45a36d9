package reexec

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

// env names the function that a process is to run instead of the tests.
const env = "SHMENGINE_REEXEC"

var registry = map[string]func(*Child){}

// Register names a function that children can run, and returns the name. It
// is called while package variables are initialised:
//
//	var writer = reexec.Register("writer", func(c *reexec.Child) { ... })
func Register(name string, f func(*Child)) string {
	if name == "" || registry[name] != nil {
		panic("reexec: a name registered twice, or empty")
	}
	registry[name] = f
	return name
}

// Main runs the function that this process was started for, and then exits.
// It returns at once in a process that is not a child.
func Main() {
	name, ok := os.LookupEnv(env)
	if !ok {
		return
	}
	os.Unsetenv(env) // what a child starts is not a child
	f := registry[name]
	if f == nil {
		fmt.Fprintf(os.Stderr, "reexec: no function %q in this process, only %s\n", name, names())
		os.Exit(exitUsage)
	}
	c, err := newChild(name)
	if err != nil {
		fmt.Fprintf(os.Stderr, "reexec: child %q: %v\n", name, err)
		os.Exit(exitUsage)
	}
	f(c)
	c.end()
	os.Exit(0)
}

// Exit codes of a child that could not do what it was started for.
const (
	exitFatal    = 1   // Child.Fatalf
	exitUsage    = 120 // no such function, no control channel
	exitOrphaned = 121 // the test's process is gone
)

func names() string {
	var all []string
	for name := range registry {
		all = append(all, name)
	}
	sort.Strings(all)
	return strings.Join(all, ", ")
}
