package stepkill_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"golang.org/x/sys/unix"
)

// maker makes a directory, and a file in it.
var maker = reexec.Register("maker", func(c *reexec.Child) {
	stepkill.Region(c, func() {
		_ = unix.Mkdirat(unix.AT_FDCWD, c.Args[0], 0o700)
		fd, err := unix.Openat(unix.AT_FDCWD, c.Args[0]+"/file", unix.O_CREAT|unix.O_RDWR, 0o600)
		if err != nil {
			c.Fatalf("%v", err)
		}
		_ = unix.Close(fd)
	})
})

// Each call of the region is stopped at twice: it has not been made, and it has.
func TestRunCalls(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made")
	there := func(path string) bool {
		_, err := os.Lstat(path)
		return err == nil
	}
	var seen []string
	points := stepkill.RunCalls(t, stepkill.Config{
		Child: maker, Args: []string{dir},
		Prepare: func() {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		},
		Verify: func(p stepkill.Point) error {
			seen = append(seen, fmt.Sprintf("%s: %v %v", p.Call, there(dir), there(dir+"/file")))
			return nil
		},
	})
	want := []string{
		"before system call 258: false false", "after system call 258: true false",
		"before openat: true false", "after openat: true true",
		"before close: true true", "after close: true true", ": true true",
	}
	if len(points) != 6 || !slices.Equal(seen, want) {
		t.Errorf("%d points: %q", len(points), seen)
	}
}
