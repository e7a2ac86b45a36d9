package engine

import "fmt"

// An Initializer is run in each worker before its first task. See [NewInitializer].
type Initializer struct {
	name string
	f    func() error
}

// initializers are known by their names; guarded by registry.
var initializers = map[string]*Initializer{}

// NewInitializer defines what workers do first: open a file, load a model. Define it
// in a package variable, and name it in Config.WorkerInit. A worker whose
// initializer fails does not start, and [Start] says what it said.
//
// It panics if the name is empty or taken, or f is nil.
func NewInitializer(name string, f func() error) *Initializer {
	registry.Lock()
	defer registry.Unlock()
	switch {
	case name == "" || f == nil:
		panic("engine: NewInitializer without a name or a function")
	case initializers[name] != nil:
		panic("engine: NewInitializer with a name that is taken")
	case registry.sorted != nil:
		panic("engine: NewInitializer after Init: define initializers in package variables")
	}
	i := &Initializer{name, f}
	initializers[name] = i
	return i
}

// String is the name, or nothing.
func (i *Initializer) String() string {
	if i == nil {
		return ""
	}
	return i.name
}

// run runs it, if there is one.
func (i *Initializer) run() error {
	if i == nil {
		return nil
	}
	if err := i.f(); err != nil {
		return fmt.Errorf("initializer %s: %w", i.name, err)
	}
	return nil
}

// runInitializer runs the one of a name, in a worker.
func runInitializer(name string) error {
	registry.Lock()
	i := initializers[name]
	registry.Unlock()
	if name != "" && i == nil {
		return fmt.Errorf("this program has no initializer %q", name)
	}
	return i.run()
}
