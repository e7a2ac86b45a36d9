package ringbuf

import (
	"errors"
	"net"
	"net/http"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/internal/reexec"
)

// starved is a listener that may open nothing more, until Accept has said so. What it says is judged
// where it is known.
var starved = reexec.Register("starved", func(c *reexec.Child) {
	l, err := Listen(c.Args[0], ConnOptions{})
	check(c, err)
	var limit unix.Rlimit
	check(c, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	check(c, unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Max: limit.Max}))
	c.Say("listening")
	_, err = l.Accept()
	op, ok := err.(*net.OpError) // as servers ask, which do not unwrap
	var inner *net.OpError
	if !ok || !op.Temporary() || op.Timeout() || op.Op != "accept" || op.Net != "shm" || op.Addr != l.Addr() {
		c.Fatalf("accept: %T: %v", err, err)
	}
	if errors.As(op.Err, &inner) || !errors.Is(err, syscall.EMFILE) {
		c.Fatalf("accept: caused by %T: %v", op.Err, err)
	}
	check(c, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit))
	serve := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })}
	c.Fatalf("serve: %v", serve.Serve(l))
})

// TestConnAcceptStarved: a listener without descriptors says so in an error that servers go on after,
// and goes on when there are some.
func TestConnAcceptStarved(t *testing.T) {
	path := t.TempDir() + "/socket"
	p := reexec.Start(t, starved, reexec.Options{Args: []string{path}})
	p.Expect("listening")
	conn := must[*Conn](t)(Dial(t.Context(), path, ConnOptions{}))
	client := http.Client{Transport: &http.Transport{Dial: func(string, string) (net.Conn, error) { return conn, nil }}}
	answer := must[*http.Response](t)(client.Get("http://starved/"))
	noError(t, answer.Body.Close())
	client.CloseIdleConnections()
	if answer.StatusCode != http.StatusTeapot {
		t.Errorf("answered %s", answer.Status)
	}
	p.Kill()
}
