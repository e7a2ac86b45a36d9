package engine

import (
	"context"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/internal/reexec"
)

// shortOfFiles has room for the descriptors of some workers, and not of all.
var shortOfFiles = reexec.Register("engine/shortoffiles", func(c *reexec.Child) {
	warm, err := Start(context.Background(), Config{Workers: 1, ArenaSize: 1 << 20}) // what the runtime keeps is there then
	if err == nil {
		err = warm.Close()
	}
	if err != nil {
		c.Fatalf("start: %v", err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		c.Fatalf("%v", err)
	}
	before, failed := openFiles(c), 0
	for room := 8; room < 60; room += 4 {
		low := unix.Rlimit{Cur: uint64(before + room), Max: limit.Max}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
			c.Fatalf("%v", err)
		}
		e, err := Start(context.Background(), Config{Workers: 12, ArenaSize: 1 << 20})
		if rerr := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); rerr != nil {
			c.Fatalf("%v", rerr)
		}
		if err == nil {
			err = e.Close()
		} else if failed++; !errors.Is(err, unix.EMFILE) {
			c.Fatalf("room for %d descriptors: %v", room, err)
		} else {
			err = nil
		}
		if n := len(process.Children()); err != nil || n != 0 || openFiles(c) != before {
			c.Fatalf("room for %d descriptors: %v, %d children, %d descriptors open, %d before", room, err, n, openFiles(c), before)
		}
	}
	if failed < 3 {
		c.Fatalf("%d starts failed", failed)
	}
})

func openFiles(c *reexec.Child) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		c.Fatalf("%v", err)
	}
	return len(list)
}

// A start that gets as far as some workers, and no further, says why and stops those that
// it has started.
func TestStartShortOfDescriptors(t *testing.T) {
	if s := reexec.Start(t, shortOfFiles, reexec.Options{}).Wait(); s.Code != 0 {
		t.Errorf("%v", s)
	}
}
