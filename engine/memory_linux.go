package engine

import (
	"bytes"
	"os"
	"strconv"
)

// ownMemory is how many bytes of memory only this process has: resident pages that are
// neither shared memory nor of files. 0 if that is not known.
func ownMemory() int64 {
	b, err := os.ReadFile("/proc/self/statm") // pages: size resident shared ...
	f := bytes.Fields(b)
	if err != nil || len(f) < 3 {
		return 0
	}
	resident, err1 := strconv.ParseInt(string(f[1]), 10, 64)
	shared, err2 := strconv.ParseInt(string(f[2]), 10, 64)
	if err1 != nil || err2 != nil {
		return 0
	}
	return (resident - shared) * int64(os.Getpagesize())
}
