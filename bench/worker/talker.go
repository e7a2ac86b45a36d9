package worker

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"
)

// A Talker is a worker that is told what to do in lines, and answers each with a
// line whose first word says what it is.
type Talker struct {
	*Worker
	lines *bufio.Reader
}

// NewTalker talks to a worker.
func NewTalker(w *Worker) *Talker { return &Talker{w, bufio.NewReader(w.From)} }

// Tell sends one line.
func (t *Talker) Tell(format string, args ...any) error {
	if _, err := fmt.Fprintf(t.To, format+"\n", args...); err != nil {
		return t.Lost(err)
	}
	return nil
}

// Hear reads an answer, which must begin with a word, and returns the rest. A
// context that ends kills the worker.
func (t *Talker) Hear(ctx context.Context, word string) (rest string, err error) {
	stop := context.AfterFunc(ctx, func() { _ = t.Child.Kill() })
	line, err := t.lines.ReadString('\n')
	if !stop() {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", t.Lost(err)
	}
	got, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	if got != word {
		return "", fmt.Errorf("worker process %v: %s %s", t.Child, got, rest)
	}
	return rest, nil
}

// Ask sends a line and reads the answer.
func (t *Talker) Ask(ctx context.Context, word, format string, args ...any) (rest string, err error) {
	if err := t.Tell(format, args...); err != nil {
		return "", err
	}
	return t.Hear(ctx, word)
}

// Window tells workers that are ready when the window is, which begins at a moment
// of the monotonic clock and is so long. Each of them hears it in [Console.Window].
func Window(team []*Talker, begin uint64, length time.Duration) error {
	for _, t := range team {
		if err := t.Tell("go %d %d", begin, begin+uint64(length)); err != nil {
			return err
		}
	}
	return nil
}
