package stepkill_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

const (
	fileSize = 4 * pageSize
	pageSize = 4096
)

// scribbler changes its file in every way that leaves something, and does much
// that leaves nothing.
var scribbler = reexec.Register("scribbler", func(c *reexec.Child) {
	mem, fd := testmem.Map(c, c.File(0), fileSize), c.File(0).Fd()
	near, far := toyIn(mem), toyIn(mem[3*pageSize:])
	stepkill.Region(c, func() {
		near.count.Store(1)
		sink = burn(3)
		near.count.Store(1)                            // as it was
		sink = int(toyIn(mem[pageSize:]).count.Load()) // a page that nobody has written
		far.count.Store(2)
		_, _, _ = unix.RawSyscall6(unix.SYS_FALLOCATE, fd, 0, 2*pageSize, pageSize, 0, 0)
		far.count.Store(0)
	})
})

// left is what a killed child has left in the file: its bytes, and its pages.
func left(t *testing.T, f *os.File) string {
	b := make([]byte, fileSize)
	if _, err := f.ReadAt(b, 0); err != nil {
		t.Fatal(err)
	}
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x %d", sha256.Sum256(b), st.Sys().(*syscall.Stat_t).Blocks)
}

// What a kill at each instruction leaves is what the chosen kills leave, in the
// same order: those that File leaves out show nothing new. Watch, for the first
// page, misses some of it.
func TestFileLeavesNothingOut(t *testing.T) {
	mem, f := testmem.Shared(t, fileSize)
	found := func(watch []byte, file *os.File) (all []string, kills int) {
		kills = stepkill.Run(t, stepkill.Config{
			Child: scribbler, Files: []*os.File{f}, Watch: watch, File: file,
			Prepare: func() {
				if err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, 0, fileSize); err != nil {
					t.Fatal(err)
				}
			},
			Verify: func(stepkill.Point) error { all = append(all, left(t, f)); return nil },
		})
		return slices.Compact(all), kills
	}
	every, n := found(nil, nil)
	chosen, few := found(nil, f)
	t.Logf("%d kills, and %d of them with File, found %d states", n, few, len(every))
	if !slices.Equal(every, chosen) || len(every) < 7 || few > n/5 {
		t.Errorf("%d kills found %d states, %d kills %d", n, len(every), few, len(chosen))
	}
	if part, _ := found(mem[:pageSize], nil); slices.Equal(every, part) {
		t.Error("a watch of one page found everything: there is nothing to be missed")
	}
}

// turncoat goes one way the first time, and another one from then on.
var turncoat = reexec.Register("turncoat", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	stepkill.Region(c, func() {
		if l.owner.Load() == 0 {
			l.count.Store(1)
		} else {
			l.count.Store(2)
		}
	})
})

// A kill stands for those that are left out only if its child went the same way.
func TestFileNeedsOneWay(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	children := uint32(0)
	rec := &recorder{T: t}
	stepkill.Run(rec, stepkill.Config{
		Child: turncoat, Files: []*os.File{f}, File: f,
		Prepare: func() { clear(mem); toyIn(mem).owner.Store(children); children++ },
		Verify:  func(stepkill.Point) error { return nil },
	})
	if want := "none of 5 children got there"; !strings.Contains(rec.failure, want) {
		t.Errorf("the failure does not tell %q: %q", want, rec.failure)
	}
}
