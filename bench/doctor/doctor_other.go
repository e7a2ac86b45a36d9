//go:build !linux

package doctor

import "runtime"

// Run says that this is not Linux.
func Run() []Check {
	return []Check{fail("system", runtime.GOOS, "arenas, rings and locks between processes need Linux 5.14 or later")}
}
