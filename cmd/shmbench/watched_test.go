package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// checkWatched runs a command that does not end until it has written something some times,
// without any escape for terminals, and interrupts it: watched TIMES PATTERN -- ARGS...
func checkWatched(ts *testscript.TestScript, _ bool, args []string) {
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	if args[2] != "--" {
		ts.Fatalf("usage: watched TIMES PATTERN -- ARGS...")
	}
	out, w, err := os.Pipe()
	ts.Check(err)
	defer out.Close()
	cmd := exec.Command(ts.MkAbs("bin/"+command), args[3:]...)
	cmd.Stdout = w
	ts.Check(cmd.Start())
	w.Close()
	text := readTimes(out, regexp.MustCompile(args[1]), times)
	ts.Check(cmd.Process.Signal(os.Interrupt))
	rest, _ := io.ReadAll(out)
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitInterrupted {
		ts.Fatalf("interrupted: %v\n%s", err, text)
	}
	if text += string(rest); strings.Contains(text, "\x1b") {
		ts.Fatalf("an escape in %q", text)
	}
}

// readTimes reads until a pattern was there some times, or the end.
func readTimes(r io.Reader, pattern *regexp.Regexp, times int) (text string) {
	b := make([]byte, 4096)
	for len(pattern.FindAllString(text, -1)) < times {
		n, err := r.Read(b)
		if text += string(b[:n]); err != nil {
			break
		}
	}
	return text
}
