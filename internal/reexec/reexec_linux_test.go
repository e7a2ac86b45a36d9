package reexec_test

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

var echo = reexec.Register("echo", func(c *reexec.Child) {
	c.Say(fmt.Sprint(c.Name(), c.Args, os.Getenv("EXTRA")))
	for {
		c.Say("heard " + c.Hear())
	}
})

func TestTalk(t *testing.T) {
	p := reexec.Start(t, echo, reexec.Options{Args: []string{"a", "b"}, Env: []string{"EXTRA=more"}})
	p.Expect("echo[a b]more")
	for i := range 100 {
		p.Say(fmt.Sprint(i))
	}
	for i := range 100 {
		p.Expect(fmt.Sprint("heard ", i))
	}
}

var mapper = reexec.Register("mapper", func(c *reexec.Child) {
	b := testmem.Map(c, c.File(1), 100)
	b[99]++
	c.Say("done")
})

func TestFiles(t *testing.T) {
	_, other := testmem.Shared(t, 10)
	b, f := testmem.Shared(t, 100)
	b[99] = 41
	p := reexec.Start(t, mapper, reexec.Options{Files: []*os.File{other, f}})
	p.Expect("done")
	if st := p.Wait(); st != (reexec.State{}) {
		t.Errorf("ended with %v", st)
	}
	if b[99] != 42 {
		t.Errorf("the child made %d of 41", b[99])
	}
}

var walker = reexec.Register("walker", func(c *reexec.Child) {
	b := testmem.Map(c, c.File(0), 64)
	for {
		b[0] = 1
		c.At("one")
		b[0] = 2
		c.At("two")
	}
})

func TestStopsAtArmedPoints(t *testing.T) {
	b, f := testmem.Shared(t, 64)
	p := reexec.Start(t, walker, reexec.Options{Files: []*os.File{f}, Arm: []string{"one"}})
	for range 50 {
		p.WaitAt("one")
		if b[0] != 1 {
			t.Fatalf("stopped at one, memory says %d", b[0])
		}
		p.Resume()
		p.WaitAt("two")
	}
	p.Arm("two")
	p.WaitAt("one")
	p.Resume()
	p.WaitAt("two")
	if b[0] != 2 {
		t.Errorf("stopped at two, memory says %d", b[0])
	}
	if st := p.Kill(); !st.Killed() || b[0] != 2 {
		t.Errorf("killed: %v, memory says %d", st, b[0])
	}
}

var counter = reexec.Register("counter", func(c *reexec.Child) {
	b := testmem.Map(c, c.File(0), 64)
	c.Say("counting")
	for {
		b[0]++
	}
})

func TestStopAndCont(t *testing.T) {
	b, f := testmem.Shared(t, 64)
	p := reexec.Start(t, counter, reexec.Options{Files: []*os.File{f}})
	p.Expect("counting")
	for range 20 {
		p.Stop()
		if got := state(t, p.PID()); got != "T" {
			t.Fatalf("stopped, but /proc says %s", got)
		}
		p.Cont()
		if got := state(t, p.PID()); got == "T" {
			t.Fatal("continued, but /proc says T")
		}
	}
	p.Stop()
	if st := p.Kill(); !st.Killed() {
		t.Errorf("a stopped child ended with %v", st)
	}
	_ = b
}

func state(t reexec.TB, pid int) string {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatalf("%v", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return rest[:1]
}

var exiter = reexec.Register("exiter", func(c *reexec.Child) {
	c.Cleanup(func() { c.Say("second") })
	c.Cleanup(func() { c.Say("first") })
	fmt.Println("printed")
	switch c.Args[0] {
	case "panic":
		panic("on purpose")
	case "fatal":
		c.Fatalf("on %s", "purpose")
	case "exit":
		os.Exit(7)
	}
})

func TestWait(t *testing.T) {
	for arg, code := range map[string]int{"return": 0, "panic": 2, "fatal": 1, "exit": 7} {
		p := reexec.Start(t, exiter, reexec.Options{Args: []string{arg}})
		if code == 0 {
			p.Expect("first")
			p.Expect("second")
		}
		if st := p.Wait(); st.Code != code || st.Signal != nil {
			t.Errorf("%s: ended with %v, want code %d", arg, st, code)
		}
		if out := p.Output(); !strings.Contains(out, "printed") {
			t.Errorf("%s: output %q", arg, out)
		}
		if st := p.Kill(); st.Code != code {
			t.Errorf("%s: killed after its end: %v", arg, st)
		}
	}
}

var parent = reexec.Register("parent", func(c *reexec.Child) {
	tb := &fake{}
	p := reexec.Start(tb, echo, reexec.Options{})
	p.Hear()
	c.Say(fmt.Sprint(p.PID()))
	c.Hear()
})

// A child dies with the process that started it, however that dies.
func TestChildDiesWithItsParent(t *testing.T) {
	p := reexec.Start(t, parent, reexec.Options{})
	var pid int
	if _, err := fmt.Sscan(p.Hear(), &pid); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	eventually(t, func() bool {
		_, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return err != nil || state(t, pid) == "Z"
	})
}

var descriptors = reexec.Register("descriptors", func(c *reexec.Child) {
	for fd := 3; fd < 64; fd++ {
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if errors.Is(err, unix.EBADF) {
			continue
		}
		link, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		if flags&unix.FD_CLOEXEC == 0 {
			c.Fatalf("descriptor %d (%s) is not close-on-exec", fd, link)
		}
		if strings.Contains(link, "stray") {
			c.Fatalf("descriptor %d (%s) was inherited", fd, link)
		}
	}
	c.Say("clean")
})

func TestChildGetsOnlyItsFiles(t *testing.T) {
	fd, err := unix.MemfdCreate("stray", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	_, f := testmem.Shared(t, 10)
	reexec.Start(t, descriptors, reexec.Options{Files: []*os.File{f}}).Expect("clean")
}

// A file's blocking mode belongs to all who share it and is left alone.
func TestFilesStayNonBlocking(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	reexec.Start(t, echo, reexec.Options{Files: []*os.File{r}}).Hear()
	if err := r.SetReadDeadline(time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read with a deadline: %v", err)
	}
}

var sleeper = reexec.Register("sleeper", func(c *reexec.Child) {
	c.Say("sleeping")
	c.Hear()
})

var deaf = reexec.Register("deaf", func(c *reexec.Child) {
	signal.Ignore(unix.SIGINT, unix.SIGHUP) // as a script does for what it starts in the background
	for _, sig := range []unix.Signal{unix.SIGINT, unix.SIGHUP} {
		p := reexec.Start(&fake{}, sleeper, reexec.Options{})
		p.Expect("sleeping")
		_ = unix.Kill(p.PID(), sig)
		c.Say(p.Wait().String())
	}
	_ = unix.Kill(os.Getpid(), unix.SIGINT)
	c.Say("deaf")
})

// What the tests ignore because of who started them, their children heed.
func TestChildHeedsWhatTheTestsIgnore(t *testing.T) {
	p := reexec.Start(t, deaf, reexec.Options{})
	for _, want := range []string{"interrupt", "hangup"} {
		if got := p.Hear(); !strings.Contains(got, want) {
			t.Errorf("the child of a deaf process: %s, want %s", got, want)
		}
	}
	p.Expect("deaf")
}

func TestRegisterTwicePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	reexec.Register("echo", func(*reexec.Child) {})
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		reexec.Start(b, echo, reexec.Options{}).Kill()
	}
}

func eventually(t reexec.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen within 5 minutes")
		}
	}
}
