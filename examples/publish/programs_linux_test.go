package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
)

// A reader is one of the programs in other languages: the command without its
// arguments.
type reader []string

func (r reader) command(args ...string) *exec.Cmd {
	return exec.Command(r[0], append(r[1:len(r):len(r)], args...)...)
}

// run returns what it printed on standard output, or its error and what it said.
func (r reader) run(args ...string) (string, error) {
	cmd := r.command(args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return string(out), nil
}

// readers are those that this machine can run. What is missing is said loudly: then
// the examples in that language are not tested.
func readers(t *testing.T) map[string]reader {
	t.Helper()
	all := map[string]reader{}
	if py := python(""); py != "" {
		all["Python"] = reader{py, "../python/read.py"}
	} else {
		t.Log("NOT TESTED: examples/python, there is no python3 here")
	}
	if cc, err := exec.LookPath("cc"); err == nil {
		all["C"] = reader{compile(t, cc)}
	} else {
		t.Log("NOT TESTED: examples/c, there is no C compiler here")
	}
	if len(all) == 0 {
		t.Skip("neither python3 nor a C compiler: no reader of another language was tested")
	}
	return all
}

// python finds a python3, with some more modules.
func python(module string) string {
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		// Not the name itself: it may be a script that looks for the program each time.
		out, err := exec.Command(name, "-c", "import sys"+module+"; print(sys.executable)").Output()
		if err == nil {
			return strings.TrimSpace(string(out))
		}
	}
	return ""
}

// compile builds the reader in C, without a warning.
func compile(t *testing.T, cc string) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "read")
	args := []string{"-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", exe, "../c/read.c"}
	if out, err := exec.Command(cc, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", cc, args, err, out)
	}
	return exe
}

// filled makes the arena that publish makes, under a name.
func filled(t *testing.T) (a *shmarena.Arena, name string) {
	t.Helper()
	name = leaktest.Name("interop")
	a, err := shmarena.Create(shmarena.Options{Name: name, Size: 16 << 20})
	if err == nil {
		_, err = fill(a)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(a.Unlink(), a.Close()); err != nil {
			t.Error(err)
		}
	})
	return a, name
}

// waiting is a reader that stays.
type waiting struct {
	cmd   *exec.Cmd
	lines *bufio.Reader
	in    io.WriteCloser
}

func (r reader) wait(t *testing.T, args ...string) *waiting {
	t.Helper()
	w := &waiting{cmd: r.command(append(args, "wait")...)}
	in, err1 := w.cmd.StdinPipe()
	out, err2 := w.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, w.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	w.in, w.lines = in, bufio.NewReader(out)
	return w
}

func (w *waiting) expect(t *testing.T, want string) {
	t.Helper()
	if line, err := w.lines.ReadString('\n'); err != nil || line != want {
		t.Errorf("%q, %v, want %q", line, err, want)
	}
}
