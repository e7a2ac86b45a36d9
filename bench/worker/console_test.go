package worker

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func consoleOf(in string) (Console, *strings.Builder) {
	out := &strings.Builder{}
	return Console{bufio.NewScanner(strings.NewReader(in)), out}, out
}

func TestServe(t *testing.T) {
	c, out := consoleOf("one\ntwo\nthree\n")
	err := c.Serve(func(line string) (string, error) {
		if line == "two" {
			return "nothing", errors.Join(errors.New("no"), errors.New("and no"))
		}
		return "done " + line, nil
	})
	if want := "done one\nerror no; and no\ndone three\n"; err != nil || out.String() != want {
		t.Errorf("%v, answers %q, want %q", err, out, want)
	}
}

// failing is a pipe that nobody reads.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestServeEndsWithItsPipe(t *testing.T) {
	c, _ := consoleOf("one\ntwo\n")
	c.out = failing{}
	n := 0
	err := c.Serve(func(string) (string, error) { n++; return "", nil })
	if !errors.Is(err, io.ErrClosedPipe) || n != 1 {
		t.Errorf("%v after %d lines", err, n)
	}
}

func TestConsoleWindow(t *testing.T) {
	c, out := consoleOf("go 7 9\n")
	begin, limit, err := c.Window()
	if begin != 7 || limit != 9 || err != nil || out.String() != "ready\n" {
		t.Errorf("%d to %d, %v, said %q", begin, limit, err, out)
	}
	for in, want := range map[string]error{"": io.ErrUnexpectedEOF, "go 7\n": nil, "stop\n": nil} {
		c, _ := consoleOf(in)
		if _, _, err := c.Window(); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: %v", in, err)
		}
	}
	c, _ = consoleOf(fmt.Sprintf("go %d %d\n", 1, 2))
	c.out = failing{}
	if _, _, err := c.Window(); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}
