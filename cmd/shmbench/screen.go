package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"github.com/shmengine/shmengine/bench/top"
)

// errQuit is why a screen ends that somebody closed.
var errQuit = errors.New("quit")

// Sequences of ECMA-48 and xterm.
const (
	screenOn  = "\x1b[?1049h\x1b[?25l" // the other screen, no cursor
	screenOff = "\x1b[?25h\x1b[?1049l"
	goHome    = "\x1b[H"
	clearLine = "\x1b[K\r\n" // the rest of it, then the next
	clearRest = "\x1b[J"
)

// A screen is a terminal that frames are drawn on, one over the other.
type screen struct {
	out   *os.File
	in    *os.File
	state *term.State // of the keyboard, as it was; nil if there is none
}

// openScreen takes the terminal. quit is called when a key says so, if there are keys.
func openScreen(out, in *os.File, quit func()) (*screen, error) {
	s := &screen{out: out, in: in}
	if term.IsTerminal(int(in.Fd())) {
		state, err := term.MakeRaw(int(in.Fd()))
		if err != nil {
			return nil, fmt.Errorf("terminal: %w", err)
		}
		s.state = state
		go watchKeys(in, quit)
	}
	_, err := out.WriteString(screenOn)
	return s, err
}

// watchKeys reads keys until one ends it. It goes with the process.
func watchKeys(in *os.File, quit func()) {
	var b [1]byte
	for {
		if n, err := in.Read(b[:]); err != nil || n == 1 && quits(b[0]) {
			quit()
			return
		}
	}
}

// quits reports whether a key is q, Escape, Ctrl-C or Ctrl-D.
func quits(key byte) bool { return bytes.IndexByte([]byte("qQ\x1b\x03\x04"), key) >= 0 }

// draw shows a frame.
func (s *screen) draw(f *top.Frame) error {
	width, height, err := term.GetSize(int(s.out.Fd()))
	if err != nil || width <= 0 || height <= 0 {
		width, height = 80, 24
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return err
	}
	b.WriteString("\nq quits")
	_, err = s.out.Write(fit(b.Bytes(), width, height))
	return err
}

// fit is text cut to a screen.
func fit(text []byte, width, height int) []byte {
	out := []byte(goHome)
	for i, line := range bytes.Split(text, []byte("\n")) {
		if i == height {
			break
		}
		if i > 0 {
			out = append(out, clearLine...)
		}
		runes := bytes.Runes(line)
		out = append(out, string(runes[:min(len(runes), width)])...)
	}
	return append(append(out, "\x1b[K"...), clearRest...)
}

// close gives the terminal back.
func (s *screen) close() {
	_, _ = s.out.WriteString(screenOff) // there is nobody to tell
	if s.state != nil {
		_ = term.Restore(int(s.in.Fd()), s.state)
	}
}
