package process

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

const (
	entryEnv = "SHMENGINE_ENTRY" // name of the entry that this process is started for
	spareEnv = "SHMENGINE_SPARE" // descriptor of the block by which a spare gets its jobs
)

// An Entry is a function that child processes run in place of main. A function value does
// not cross to another process; a name that both know does. So entries are made at package
// level, and main calls Init:
//
//	var resize = process.NewEntry("resize", func(args []string) error { ... })
//
//	func main() {
//		process.Init()
//		p, err := process.Start(process.Command{Entry: resize, Args: []string{"a.png"}})
//	}
type Entry struct {
	name string
	main func(args []string) error
}

var entries struct {
	mu sync.Mutex
	of map[string]*Entry
}

var initCalled atomic.Bool

// NewEntry makes an entry, known by its name to all processes of the program. The exit code
// of a child that runs it is 0 if main returns nil, 1 if it returns an error, the text of
// which goes to standard error, 2 if it panics, or what it gives to os.Exit.
//
// Preconditions: name is not empty and no other entry has it; main is not nil.
func NewEntry(name string, main func(args []string) error) *Entry {
	entries.mu.Lock()
	defer entries.mu.Unlock()
	if name == "" || main == nil {
		panic("process: NewEntry without a name or a function")
	}
	if entries.of[name] != nil {
		panic("process: NewEntry with a name that is taken")
	}
	if entries.of == nil {
		entries.of = map[string]*Entry{}
	}
	e := &Entry{name, main}
	entries.of[name] = e
	return e
}

// Name returns the entry's name.
func (e *Entry) Name() string { return e.name }

// Init runs an entry, and does not return, if this process was started for one; then the
// process ends with its parent, as EndWithParent says. Otherwise it returns at once. Call it
// in the first line of main, before flags are parsed. Start refuses entries before.
func Init() {
	initCalled.Store(true)
	aware.Store(true)
	name, isEntry := os.LookupEnv(entryEnv)
	spare, isSpare := os.LookupEnv(spareEnv)
	if !isEntry && !isSpare {
		return
	}
	_ = os.Unsetenv(entryEnv) // they are about this process only
	_ = os.Unsetenv(spareEnv)
	err := EndWithParent()
	switch {
	case err != nil:
	case isSpare:
		err = serve(spare)
	default:
		err = runEntry(name, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runEntry runs the entry of a name.
func runEntry(name string, args []string) error {
	entries.mu.Lock()
	e := entries.of[name]
	entries.mu.Unlock()
	if e == nil {
		return fmt.Errorf("process: this program has no entry %q", name)
	}
	if err := e.main(args); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
