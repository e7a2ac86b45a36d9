//go:build !linux

package limits

import "errors"

// goOn is not supported on this system; nothing is done that would need it.
func goOn(f func() error) error { return f() }

func (l *Limits) enter([]uintptr) (items []Item) {
	return []Item{item(errors.ErrUnsupported, "CPUs, niceness, files and cgroups")}
}

func (l *Limits) finish() (items []Item) {
	if len(l.Rlimits) > 0 {
		items = append(items, item(errors.ErrUnsupported, "rlimits"))
	}
	if l.Deny != 0 {
		items = append(items, item(errors.ErrUnsupported, "deny %v", l.Deny))
	}
	return items
}
