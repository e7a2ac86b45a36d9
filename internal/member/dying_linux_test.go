package member

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/reexec"
)

// heavy joins as joiner does, with much memory that it has touched. Its lifeline has
// served another membership before.
var heavy = reexec.Register("heavy", func(c *reexec.Child) {
	r := attachRig(c, c.File(0), slots)
	if err := r.join(c, nil).Leave(); err != nil {
		c.Fatalf("%v", err)
	}
	m := r.join(c, nil)
	const size = 192 << 20
	mem, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		c.Fatalf("%v", err)
	}
	_ = unix.Madvise(mem, unix.MADV_NOHUGEPAGE)
	for i := 0; i < size; i += 4096 {
		mem[i] = 1
	}
	c.Say(strconv.FormatUint(uint64(m.ID()), 10))
	c.At("joined")
})

// needRobust skips where the kernel does not give early notice.
func needRobust(t *testing.T, m *Member) {
	t.Helper()
	if m.line.tid == 0 { // asked of the kernel, not of the word: the word is what is tested
		t.Skip("no robust futexes here")
	}
	if m.table.slots[m.id.Slot()].life.Load() == 0 {
		t.Fatal("the life word is not set")
	}
}

// A sleeper that waits for the death of a process learns of it while the kernel is
// still taking the process's memory apart, with the file lock held.
func TestSeenDeadBeforeTheMemoryIsGone(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	needRobust(t, m)
	const tries = 10
	for range tries {
		p, id := start(t, r, heavy)
		asleep := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
		eventually(func() bool { return m.watching() == 1 && len(m.lives()) == 1 })
		if err := unix.Kill(p.PID(), unix.SIGKILL); err != nil {
			t.Fatal(err)
		}
		<-asleep
		held, err := m.lock.held(m.lock.life(int(id.Slot())), 1)
		if err != nil {
			t.Fatal(err)
		}
		p.Kill()
		eventually(func() bool { _, err := m.Reap(); return err == nil && m.watching() == 0 })
		if m.Alive(id) {
			t.Fatal("alive again")
		}
		if held {
			return
		}
	}
	t.Errorf("%d times the lock was gone before the death was seen", tries)
}

// The threads of a living process are not in their exit, whatever state it is in.
func TestInExit(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	p, id := start(t, r, joiner)
	s := r.slot(int(id.Slot()))
	pid, begun := s.pid.Load(), s.start.Load()
	for what, n := range map[string]struct {
		pid   uint32
		start uint64
	}{
		"this process": {m.me.pid, m.me.start}, "a stopped process": {pid, begun}, "another one of that pid": {pid, begun + 1},
		"no process": {0, 0}, "an impossible one": {1<<32 - 1, 1}, "a process of unknown start": {pid, 0},
	} {
		if inExit(n.pid, n.start) {
			t.Errorf("%s is in its exit", what)
		}
	}
	if err := unix.Kill(p.PID(), unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for !inExit(pid, begun) { // until it is a zombie at the latest
		if _, err := os.Stat("/proc/" + strconv.Itoa(p.PID())); err != nil {
			break // reaped: nobody knows any more, and the lock is gone
		}
	}
	p.Kill()
	eventually(func() bool { return !m.Alive(id) })
}

// A mark that the kernel has not made costs a look, and robs nobody.
func TestForgedMark(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	needRobust(t, m)
	p, id := start(t, r, joiner)
	never := sleeper(m, r.word(0), func() bool { return !m.Alive(id) })
	eventually(func() bool { return m.watching() == 1 })
	word := &r.slot(int(id.Slot())).life
	for range 3 {
		word.Or(futexOwnerDied)
		_, _ = futex.Wake(word, 1)
		time.Sleep(2 * time.Millisecond)
		if !m.Alive(id) {
			t.Fatal("a living member was taken for dead")
		}
		word.And(^uint32(futexOwnerDied))
	}
	select {
	case <-never:
		t.Fatal("the sleeper left")
	default:
	}
	p.Kill() // and the true death is seen, by whatever way
	<-never
}

// The life word is there while the member is, and its thread ends with it.
func TestLifelineEnds(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	needRobust(t, m)
	s := r.slot(int(m.id.Slot()))
	tid := s.life.Load() &^ (futexWaiters | futexOwnerDied)
	task := "/proc/self/task/" + strconv.FormatUint(uint64(tid), 10)
	if _, err := os.Stat(task); err != nil {
		t.Errorf("the life word names no thread of this process: %v", err)
	}
	if err := m.Leave(); err != nil {
		t.Fatal(err)
	}
	if v := s.life.Load(); v != 0 {
		t.Errorf("the life word is %#x after Leave", v)
	}
	if int(tid) != os.Getpid() { // the runtime keeps the first thread, doing nothing
		eventually(func() bool { _, err := os.Stat(task); return err != nil })
	}
}

// A lifeline that its member has left serves the next one, with another word; and it
// ends if there is none.
func TestLifelineServesTheNext(t *testing.T) {
	r := newRig(t, slots)
	m := r.join(t, nil)
	needRobust(t, m)
	first, before := m.line, r.slot(int(m.id.Slot())).life.Load()
	if err := m.Leave(); err != nil {
		t.Fatal(err)
	}
	next := r.join(t, nil)
	word := &r.slot(int(next.id.Slot())).life
	if next.line == first && (word.Load() != before || next.line.word != word || word == &r.slot(int(m.id.Slot())).life) {
		t.Errorf("the word of slot %d is %#x, that of slot %d was %#x", next.id.Slot(), word.Load(), m.id.Slot(), before)
	}
	other := r.join(t, nil) // at the same time: it has another thread
	if got := r.slot(int(other.id.Slot())).life.Load(); got == 0 || got == word.Load() {
		t.Errorf("two members have the life words %#x and %#x", word.Load(), got)
	}
	for _, m := range []*Member{next, other} {
		if err := m.Leave(); err != nil {
			t.Fatal(err)
		}
	}
	<-next.line.done
	<-other.line.done
}

// Who says that the table is fresh has its first slot; all others look at it.
func TestFresh(t *testing.T) {
	r := newRig(t, slots)
	cfg := r.config(t, nil)
	cfg.Fresh = true
	m, err := Join(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Leave()
	next := r.join(t, nil)
	if m.ID().Slot() != 0 || next.ID().Slot() != 1 || !next.Alive(m.ID()) || !m.Alive(next.ID()) {
		t.Errorf("slots %d and %d", m.ID().Slot(), next.ID().Slot())
	}
}

func TestExitingIn(t *testing.T) {
	const stat = "17 (a b) c) S 1 17 17 0 -1 FLAGS 0 0"
	for flags, want := range map[string]bool{"4194304": false, "4194308": true, "4": true, "x": false, "": false} {
		if got := exitingIn([]byte(strings.Replace(stat, "FLAGS", flags, 1))); flags != "" && got != want {
			t.Errorf("flags %q: %v", flags, got)
		}
	}
	if exitingIn([]byte("17 (a) S 1")) || exitingIn(nil) {
		t.Error("a short line is of a thread in its exit")
	}
}
