package stepkill

import (
	"fmt"
	"path/filepath"
	"runtime"
)

// function returns the name of the function that an instruction belongs to,
// the innermost one if it was inlined.
func function(pc uintptr) string {
	if f := runtime.FuncForPC(pc); f != nil {
		return f.Name()
	}
	return ""
}

// where describes an instruction: the function that it lies in with its offset,
// the source line, and the function of that line if it was inlined.
func where(pc uintptr) string {
	inner := runtime.FuncForPC(pc)
	if inner == nil {
		return fmt.Sprintf("%#x", pc)
	}
	outer := runtime.FuncForPC(inner.Entry())
	file, line := inner.FileLine(pc)
	s := fmt.Sprintf("%s+%#x (%s:%d", short(outer.Name()), pc-outer.Entry(), short(file), line)
	if inner.Name() != outer.Name() {
		s += " in " + short(inner.Name())
	}
	return s + ")"
}

// short drops the directories of a file or a package.
func short(path string) string { return filepath.Base(path) }
