package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/shmengine/shmengine/engine"
)

// A text and its summary cross to another process and back: strings, slices, structs.
type text struct{ Name, Body string }

type summary struct {
	Name    string
	Words   int
	Longest []string
}

var errEmpty = errors.New("there is no word in it")
var _ = engine.RegisterError(errEmpty) // errors.Is finds it across processes

var summarize = engine.NewFunc("summarize", func(_ context.Context, t text) (summary, error) {
	words := strings.Fields(t.Body)
	if len(words) == 0 {
		return summary{}, errEmpty
	}
	s := summary{Name: t.Name, Words: len(words)}
	for _, w := range words {
		switch {
		case w == "crash":
			os.Exit(7) // as if a library did it
		case len(s.Longest) == 0 || len(w) > len(s.Longest[0]):
			s.Longest = []string{w}
		case len(w) == len(s.Longest[0]):
			s.Longest = append(s.Longest, w)
		}
	}
	return s, nil
})

func main() {
	engine.Init() // becomes a worker here if a coordinator started this process
	texts := []text{{"one", "to be or not to be"}, {"two", ""}, {"three", "do not crash"}, {"four", "that is the question"}}
	if err := run(context.Background(), os.Stdout, texts); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, texts []text) error {
	e, err := engine.Start(ctx, engine.Config{Workers: 2})
	if err != nil {
		return err
	}
	defer e.Close()
	var fs []*engine.Future[summary]
	for _, t := range texts {
		f, err := summarize.Submit(ctx, e, t)
		if err != nil {
			return err
		}
		fs = append(fs, f)
	}
	for i, f := range engine.AsCompleted(ctx, fs...) {
		s, err := f.Result(ctx)
		var dead *engine.WorkerError
		switch {
		case errors.Is(err, errEmpty):
			fmt.Fprintf(w, "%s: empty\n", texts[i].Name)
		case errors.As(err, &dead):
			fmt.Fprintf(w, "%s: its worker ended with code %d\n", texts[i].Name, dead.ExitCode)
		case err != nil:
			return err
		default:
			fmt.Fprintf(w, "%s: %d words, longest %v\n", s.Name, s.Words, s.Longest)
		}
	}
	return ctx.Err()
}
