package member

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/internal/reexec"
)

// The pid in the slot is useless: of another namespace, of nobody, of another
// process. A death is noticed in any case where the member is not hostile.
func TestDeathWithoutAUsablePid(t *testing.T) {
	for name, spoil := range map[string]func(*slot){
		"another pid namespace": func(s *slot) { s.pidns.Add(1) },
		"unknown namespace":     func(s *slot) { s.pidns.Store(0) },
		"no process":            func(s *slot) { s.pid.Store(1<<22 + 1) },
		"not a pid":             func(s *slot) { s.pid.Store(1 << 31) },
		"zero":                  func(s *slot) { s.pid.Store(0) },
		"this process":          func(s *slot) { s.pid.Store(uint32(os.Getpid())) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, slots)
			m := r.join(t, nil)
			p, id := start(t, r, joiner)
			spoil(r.slot(int(id.Slot())))
			done := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
			eventually(func() bool { return m.parked(r, 0) })
			p.Kill()
			<-done
		})
	}
}

// The pid has been given to another process by the time the descriptor is open:
// nothing is waited for.
func TestRecycledPid(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	stranger, _ := start(t, newRig(t, slots), joiner)
	p.Kill()
	r.slot(int(id.Slot())).pid.Store(uint32(stranger.PID()))
	m.awaitExit(context.Background(), id) // must not wait for the stranger
}

// No descriptor is left for a pidfd.
func TestDeathWithoutDescriptors(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	restore := limitDescriptors(t)
	done := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
	eventually(func() bool { return m.parked(r, 0) && m.watching() == 1 })
	p.Kill()
	<-done
	restore()
}

// limitDescriptors makes every open fail until restore is called.
func limitDescriptors(t *testing.T) (restore func()) {
	t.Helper()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	low := old
	low.Cur = 3
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	restored := false
	restore = func() {
		if !restored {
			restored = true
			_ = unix.Setrlimit(unix.RLIMIT_NOFILE, &old)
		}
	}
	t.Cleanup(restore)
	return restore
}

// A child that the dead process forked holds its lock for an instant: without early
// notice the member is dead when that is over, and the sleepers are woken then.
func TestLockHeldByAForkedChild(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner, "fork")
	p.Resume()
	p.WaitAt("forked")
	child, err := strconv.Atoi(p.Hear())
	if err != nil {
		t.Fatal(err)
	}
	r.slot(int(id.Slot())).life.Store(0)
	done := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
	eventually(func() bool { return m.parked(r, 0) && m.watching() == 1 })
	p.Kill()
	if !m.Alive(id) {
		t.Error("dead while a copy of its lock's descriptor is open: the test shows less than it should")
	}
	if err := unix.Kill(child, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-done
}

// spawnSleeper starts a process that holds a copy of the member's lock file, and
// says its pid.
func spawnSleeper(c *reexec.Child) {
	lock := theLock(c)
	p, err := os.StartProcess("/bin/sleep", []string{"sleep", "1000"}, &os.ProcAttr{Files: []*os.File{nil, nil, nil, lock}})
	if err != nil {
		c.Fatalf("start sleep: %v", err)
	}
	c.Say(fmt.Sprint(p.Pid))
}

// theLock finds the descriptor of the lock file: the last one of the segment.
func theLock(c *reexec.Child) *os.File {
	var want, st unix.Stat_t
	if err := unix.Fstat(int(c.File(0).Fd()), &want); err != nil {
		c.Fatalf("fstat: %v", err)
	}
	for fd := 100; fd > 2; fd-- {
		if unix.Fstat(fd, &st) == nil && st.Ino == want.Ino && st.Dev == want.Dev {
			return os.NewFile(uintptr(fd), "lock")
		}
	}
	c.Fatalf("no lock file")
	return nil
}
