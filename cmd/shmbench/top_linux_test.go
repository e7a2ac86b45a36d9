package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/internal/leaktest"
)

// openTerminal opens a terminal of 60 columns and 9 lines, and the end that a person sits at.
func openTerminal(t *testing.T) (person, terminal *os.File) {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	t.Cleanup(func() { person.Close() })
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(int(person.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 9, Col: 60}); err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return person, terminal
}

// working is the name of an engine of another process, until the end of the test.
func working(t *testing.T) (name string) {
	t.Helper()
	name = leaktest.Name("terminal")
	end, err := startEngine(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := end(); err != nil {
			t.Error(err)
		}
	})
	return name
}

// On a terminal top draws its frames over each other until q is pressed, and leaves the
// terminal as it was.
func TestTopOnTerminal(t *testing.T) {
	name := working(t)
	person, terminal := openTerminal(t)
	before, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	path, err := link(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "top", name, "--interval", "20ms")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := readUntil(t, person, "q quits", "q quits")
	if _, err := person.WriteString("q"); err != nil {
		t.Fatal(err)
	}
	seen = append(seen, readUntil(t, person, screenOff)...)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	for _, want := range []string{screenOn, goHome, "workers", clearLine, clearRest} {
		if !bytes.Contains(seen, []byte(want)) {
			t.Errorf("no %q in %q", want, seen)
		}
	}
	if after, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS); err != nil || *after != *before {
		t.Errorf("the terminal was %+v and is %+v, %v", before, after, err)
	}
}

// readUntil reads until the words were there, one after the other.
func readUntil(t *testing.T, f *os.File, words ...string) (seen []byte) {
	t.Helper()
	b, at := make([]byte, 4096), 0
	for {
		n, err := f.Read(b)
		if err != nil {
			t.Fatalf("%v after %q", err, seen)
		}
		seen = append(seen, b[:n]...)
		for len(words) > 0 {
			i := bytes.Index(seen[at:], []byte(words[0]))
			if i < 0 {
				break
			}
			at += i + len(words[0])
			words = words[1:]
		}
		if len(words) == 0 {
			return seen
		}
	}
}
