package queue

import (
	"io/fs"
	"os"
	"syscall"
)

// connects says that this system has connections.
const connects = true

// ours says whether a file belongs to this process's user.
func ours(st fs.FileInfo) bool {
	s, ok := st.Sys().(*syscall.Stat_t)
	return ok && int(s.Uid) == os.Geteuid()
}
