package stepkill_test

import (
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/stepkill"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

var reader = reexec.Register("reader", func(c *reexec.Child) {
	l := toyIn(testmem.Map(c, c.File(0), 64))
	fd := int(c.File(1).Fd())
	stepkill.Region(c, func() {
		l.count.Store(1)
		_, _ = unix.Read(fd, make([]byte, 1))
		l.count.Store(2)
	})
})

// pipe returns a pipe with nothing in it, in blocking mode.
func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	r, w = os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

func drain(t *testing.T, r *os.File) {
	n := 1
	ready := []unix.PollFd{{Fd: int32(r.Fd()), Events: unix.POLLIN}}
	for n == 1 {
		if n, _ = unix.Poll(ready, 0); n == 1 {
			if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A region that sleeps is killed asleep, and ends there if nobody wakes it.
func TestAsleep(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	r, _ := pipe(t)
	asleep := 0
	stepkill.Run(t, stepkill.Config{
		Child: reader, Files: []*os.File{f, r}, Watch: mem,
		Prepare: func() { clear(mem) },
		Verify: func(p stepkill.Point) error {
			if p.Asleep {
				asleep++
			}
			if got := toyIn(mem).count.Load(); got > 1 || p.End {
				return fmt.Errorf("it got to %d", got)
			}
			return nil
		},
	})
	if asleep != 1 {
		t.Errorf("killed asleep %d times", asleep)
	}
}

func TestAsleepAndWoken(t *testing.T) {
	mem, f := testmem.Shared(t, 64)
	r, w := pipe(t)
	found := map[string]bool{}
	stepkill.Run(t, stepkill.Config{
		Child: reader, Files: []*os.File{f, r}, Watch: mem,
		Prepare: func() { clear(mem); drain(t, r) },
		Asleep: func() {
			if _, err := w.Write([]byte{1}); err != nil {
				t.Error(err)
			}
		},
		Verify: func(p stepkill.Point) error {
			found[fmt.Sprint(toyIn(mem).count.Load(), p.Asleep, p.End)] = true
			return nil
		},
	})
	for _, want := range []string{"0 false false", "1 false false", "1 true false", "2 false false", "2 false true"} {
		if !found[want] {
			t.Errorf("no kill found the memory, asleep, at the end: %s", want)
		}
	}
}
