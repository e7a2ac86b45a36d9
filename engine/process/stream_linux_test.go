package process_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// sh is a command for the shell.
func sh(script string) process.Command {
	return process.Command{Path: "/bin/sh", Args: []string{"-c", script}}
}

func TestStderrTail(t *testing.T) {
	for _, c := range []struct{ name, script, first, last string }{
		{"nothing", ":", "", ""},
		{"short", "echo one >&2; echo two >&2", "one", "two"},
		{"no newline", "printf end >&2", "end", "end"},
		// 5-byte lines: 1638 whole ones fit into 8 KiB.
		{"long", "i=1000; while [ $i -lt 9999 ]; do echo $i; i=$((i+1)); done >&2; echo last >&2", "8362", "last"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd, whole := sh(c.script), new(buffer)
			cmd.Stderr = whole
			p := start(t, cmd)
			join(t, p)
			got := p.StderrTail()
			lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
			if lines[0] != c.first || lines[len(lines)-1] != c.last {
				t.Errorf("tail of %d bytes from %q to %q, want %q to %q", len(got), lines[0], lines[len(lines)-1], c.first, c.last)
			}
			if len(got) > 8<<10 || !strings.HasSuffix(whole.String(), got) {
				t.Errorf("tail of %d bytes is not the end of %d bytes passed on", len(got), len(whole.String()))
			}
		})
	}
}

// large is the size of an output that fills pipes many times.
const large = 3 << 20

// flood writes that much to both outputs.
func flood() process.Command {
	return sh(fmt.Sprintf("head -c %d /dev/zero; head -c %d /dev/zero >&2", large, large))
}

func TestOutputToWriters(t *testing.T) {
	c, out, errs := flood(), new(buffer), new(buffer)
	c.Stdout, c.Stderr = out, errs
	join(t, start(t, c))
	if len(out.String()) != large || len(errs.String()) != large {
		t.Errorf("got %d and %d bytes of %d", len(out.String()), len(errs.String()), large)
	}
}

func TestOutputToFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { must(f.Close()) }()
	c := flood()
	c.Stdout, c.Stderr = f, io.Discard
	join(t, start(t, c))
	if info, err := f.Stat(); err != nil || info.Size() != large {
		t.Errorf("got %v bytes of %d, %v", info.Size(), large, err)
	}
}

// Both ends of an os.Pipe are non-blocking, which head would not expect.
func TestOutputToNonblockingPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := flood()
	c.Stdout, c.Stderr = w, io.Discard
	p := start(t, c)
	go func() {
		join(t, p) // until the output was passed on
		must(w.Close())
	}()
	n, err := io.Copy(io.Discard, r)
	if err := errors.Join(err, r.Close()); err != nil || n != large {
		t.Errorf("got %d bytes of %d, %v", n, large, err)
	}
}

// An orphan that holds the outputs must delay nobody.
func TestGrandchildHoldsOutput(t *testing.T) {
	m := newMouth(t)
	c := sh("sleep 1000 & echo $!; echo farewell >&2; exit 3")
	c.Stdout, c.Stderr = m, io.Discard
	p := start(t, c)
	orphan := watch(t, atoi(t, m.hear()))
	defer func() {
		must(unix.PidfdSendSignal(orphan.fd, unix.SIGKILL, nil, 0))
		orphan.mustDie()
	}()
	if got := code(t, p); got != 3 || p.StderrTail() != "farewell\n" {
		t.Errorf("exit code %d, tail %q", got, p.StderrTail())
	}
	if !orphan.alive() {
		t.Error("the orphan is gone: this test shows nothing")
	}
}

// stuck is a writer that blocks until it is released.
type stuck struct {
	entered, release chan struct{}
	once             sync.Once
}

func (s *stuck) Write(b []byte) (int, error) {
	s.once.Do(func() { close(s.entered) })
	<-s.release
	return len(b), nil
}

// A writer that blocks delays Join, but neither Done nor the tail.
func TestStuckWriter(t *testing.T) {
	w := &stuck{entered: make(chan struct{}), release: make(chan struct{})}
	c := sh("echo first >&2; read x <&3; echo last >&2; exit 4")
	r, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr, c.Files = w, []*os.File{r}
	blocking(t, r)
	p := start(t, c)
	<-w.entered
	must(errors.Join(r.Close(), in.Close())) // the child goes on
	<-p.Done()
	if n, _ := p.ExitCode(); n != 4 || p.StderrTail() != "first\nlast\n" {
		t.Errorf("exit code %d, tail %q", n, p.StderrTail())
	}
	ctx, cancel := contextSoonOver()
	defer cancel()
	if err := p.Join(ctx); err == nil {
		t.Error("Join returned before the output was passed on")
	}
	close(w.release)
	join(t, p)
}

// badOutput starts a child with its own outputs spoilt, and exits as that does.
var badOutput = role("badOutput", func(args []string) {
	switch args[0] {
	case "closed":
		must(errors.Join(os.Stdout.Close(), os.Stderr.Close()))
	case "closed below":
		must(errors.Join(unix.Close(1), unix.Close(2)))
	case "full":
		f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		must(err)
		os.Stdout, os.Stderr = f, f
	case "broken":
		r, w, err := os.Pipe()
		must(err)
		must(r.Close())
		conn, err := w.SyscallConn()
		must(err)
		must(conn.Control(func(fd uintptr) { must(unix.Dup3(int(fd), 2, 0)) }))
	}
	p, err := process.Start(sh("echo out; echo err >&2; echo more >&2; exit 5"))
	must(err)
	<-p.Done()
	n, _ := p.ExitCode()
	if !strings.HasSuffix(p.StderrTail(), "err\nmore\n") {
		n = 96
	}
	os.Exit(n)
})

func TestSpoiltOutputs(t *testing.T) {
	for _, how := range []string{"closed", "closed below", "full", "broken"} {
		t.Run(how, func(t *testing.T) {
			p := start(t, child(badOutput, how))
			if got := code(t, p); got != 5 {
				t.Errorf("exit code %d: %s", got, p.StderrTail())
			}
		})
	}
}

// The child's own /dev/full does not disturb us either.
func TestChildOutputFull(t *testing.T) {
	p := start(t, sh("exec 2>/dev/full; echo x >&2; exit 6"))
	if got := code(t, p); got != 6 {
		t.Errorf("exit code %d", got)
	}
}

// A program that ignores SIGCHLD loses the exit codes of its children, but nothing hangs.
var ignoresChildren = role("ignoresChildren", func([]string) {
	ignore(syscall.SIGCHLD)
	p, err := process.Start(child(exits, "3"))
	must(err)
	<-p.Done()
	if n, known := p.ExitCode(); known || n != 0 || !strings.Contains(p.String(), "status lost") {
		fatal("exit code", n, known, p)
	}
})

func TestStatusLost(t *testing.T) {
	p := start(t, child(ignoresChildren))
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}
