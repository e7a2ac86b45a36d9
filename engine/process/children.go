package process

import (
	"slices"
	"sync"
)

// family is the children of this process that have not ended, in order of their start.
var family struct {
	mu       sync.Mutex
	children []*Process
}

// Children returns the children of this process that have not ended, in the order in which
// they were started. One that has ended is out of it before its Done is closed. Only Start
// adds to it: what other code of this program starts is not known here.
func Children() []*Process {
	family.mu.Lock()
	defer family.mu.Unlock()
	return slices.Clone(family.children)
}

// enter adds p to the children.
func (p *Process) enter() {
	family.mu.Lock()
	defer family.mu.Unlock()
	family.children = append(family.children, p)
}

// leave takes p out of the children.
func (p *Process) leave() {
	family.mu.Lock()
	defer family.mu.Unlock()
	if i := slices.Index(family.children, p); i >= 0 {
		family.children = slices.Delete(family.children, i, i+1)
	}
}
