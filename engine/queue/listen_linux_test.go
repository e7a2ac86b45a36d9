package queue_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

func TestListenNames(t *testing.T) {
	_, name := listen(t, queue.ConnOptions{})
	if _, err := queue.Listen[answer, question](name, queue.ConnOptions{}); !errors.Is(err, queue.ErrBusy) {
		t.Errorf("a second Listen = %v", err)
	}
	dial(t, name, queue.ConnOptions{}) // it has not harmed the first
	for _, bad := range []string{"", "a/b", "..", strings.Repeat("x", 65)} {
		_, lerr := queue.Listen[answer, question](bad, queue.ConnOptions{})
		_, derr := queue.Dial[answer, question](t.Context(), bad, queue.ConnOptions{})
		if !errors.Is(lerr, queue.ErrArgument) || !errors.Is(derr, queue.ErrArgument) {
			t.Errorf("name %q: %v, %v", bad, lerr, derr)
		}
	}
	for _, bad := range []queue.ConnOptions{{Key: []byte{}}, {MaxMessage: -1}, {Capacity: -1}, {Capacity: 1<<26 + 1}} {
		if _, err := queue.Listen[answer, question]("bad", bad); !errors.Is(err, queue.ErrArgument) {
			t.Errorf("options %+v: %v", bad, err)
		}
	}
	if _, err := queue.Dial[question, answer](t.Context(), leaktest.Name("nobody"), queue.ConnOptions{}); !errors.Is(err, queue.ErrNobody) {
		t.Errorf("Dial where nobody listens = %v", err)
	}
	if _, err := queue.Listen[answer, map[string]int]("bad", queue.ConnOptions{}); err == nil || !strings.Contains(err.Error(), "it is a map") {
		t.Errorf("Listen for maps = %v", err)
	}
}

// sitter listens until it is killed.
var sitter = reexec.Register("sitter", func(c *reexec.Child) {
	l, err := queue.Listen[answer, question](c.Args[0], queue.ConnOptions{})
	check(c, err)
	c.At("listens")
	ctx, cancel := ctxOf()
	defer cancel()
	_, err = l.Accept(ctx)
	check(c, err)
	c.At("accepted")
	<-ctx.Done()
})

// A name whose listener was killed is nobody's, and can be taken; who had dialled is told.
func TestListenerKilled(t *testing.T) {
	name := leaktest.Name("killed")
	p := reexec.Start(t, sitter, reexec.Options{Args: []string{name}, Arm: []string{"listens", "accepted"}, Timeout: patience})
	p.WaitAt("listens")
	c := dial(t, name, queue.ConnOptions{})
	p.Resume()
	p.WaitAt("accepted")
	if _, err := queue.Listen[answer, question](name, queue.ConnOptions{}); !errors.Is(err, queue.ErrBusy) {
		t.Errorf("Listen while it lives = %v", err)
	}
	p.Kill()
	var died *queue.PeerDiedError
	if _, err := c.Receive(t.Context()); !errors.As(err, &died) || died.PID != p.PID() || died.Role != "listener" {
		t.Errorf("Receive = %v", err)
	}
	if _, err := queue.Dial[question, answer](t.Context(), name, queue.ConnOptions{}); !errors.Is(err, queue.ErrNobody) {
		t.Errorf("Dial of the dead = %v", err)
	}
	l, err := queue.Listen[answer, question](name, queue.ConnOptions{})
	check(t, err)
	dial(t, name, queue.ConnOptions{})
	accept(t, l)
	check(t, l.Close())
	check(t, l.Close())
}

// Close ends Accept, and closes who was not accepted.
func TestListenerClose(t *testing.T) {
	l, err := queue.Listen[answer, question](leaktest.Name("close"), queue.ConnOptions{})
	check(t, err)
	waits := make(chan error)
	go func() { _, err := l.Accept(t.Context()); waits <- err }()
	check(t, l.Close())
	if err := <-waits; err != queue.ErrClosed {
		t.Errorf("Accept = %v", err)
	}
	if _, err := l.Accept(t.Context()); err != queue.ErrClosed {
		t.Errorf("Accept after Close = %v", err)
	}
	l, name := listen(t, queue.ConnOptions{})
	c := dial(t, name, queue.ConnOptions{})
	check(t, l.Close())
	if _, err := c.Receive(t.Context()); err != queue.ErrClosed {
		t.Errorf("Receive of one that was not accepted = %v", err)
	}
}

// A folder that others could have made is not used; ours is the user's alone, and is gone when nobody listens.
func TestListenFolder(t *testing.T) {
	if inOwnShm(t, "^TestListenFolder$") {
		return
	}
	if _, err := os.Lstat(queue.SocketFolder()); !errors.Is(err, os.ErrNotExist) {
		t.Skip("NOT TESTED: another program listens, and this process may not mount a /dev/shm of its own")
	}
	for _, mode := range []os.FileMode{0o755, 0o750, 0o701, 0o770, 0o702, 0o704} {
		refusesFolder(t, mode)
	}
	l, err := queue.Listen[answer, question](leaktest.Name("folder"), queue.ConnOptions{})
	check(t, err)
	st, err := os.Lstat(queue.SocketFolder())
	if err != nil || st.Mode().Perm() != 0o700 || st.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		t.Errorf("the folder is %v, %v", st, err)
	}
	check(t, l.Close())
	if _, err := os.Lstat(queue.SocketFolder()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("when nobody listens, the folder: %v", err)
	}
}

// refusesFolder: a folder of that mode is nobody's alone.
func refusesFolder(t *testing.T, mode os.FileMode) {
	t.Helper()
	check(t, os.Mkdir(queue.SocketFolder(), 0o700))
	defer func() { check(t, os.RemoveAll(queue.SocketFolder())) }()
	check(t, os.Chmod(queue.SocketFolder(), mode)) // whatever the umask is
	name := leaktest.Name("folder")
	if l, err := queue.Listen[answer, question](name, queue.ConnOptions{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Listen in a folder of mode %v = %v", mode, err)
		check(t, l.Close())
	}
	if _, err := queue.Dial[question, answer](t.Context(), name, queue.ConnOptions{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("Dial in a folder of mode %v = %v", mode, err)
	}
}

// shmEnv says that this process has a /dev/shm of its own.
const shmEnv = "SHMQUEUE_ALONE"

// inOwnShm runs a test with a /dev/shm of its own, if it can be had, and reports whether it did. In the process
// that does it is false.
func inOwnShm(t *testing.T, test string) bool {
	t.Helper()
	if os.Getenv(shmEnv) != "" {
		return false
	}
	args := []string{"-m", "sh", "-c", `mount -t tmpfs -o size=64m tmpfs /dev/shm && exec "$0" "$@"`}
	if os.Geteuid() != 0 { // as root of a user namespace, where that is allowed
		args = append([]string{"-r"}, args...)
	}
	if exec.Command("unshare", append(args, "true")...).Run() != nil {
		return false
	}
	c := exec.Command("unshare", append(args, os.Args[0], "-test.run="+test, "-test.v")...)
	c.Env = append(os.Environ(), shmEnv+"=1")
	if out, err := c.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v:\n%s", err, out)
	}
	return true
}
