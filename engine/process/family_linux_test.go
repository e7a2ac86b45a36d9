package process_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/process"
)

func TestChildren(t *testing.T) {
	before := process.Children()
	c := child(hang)
	c.Name = "idler"
	p, q := start(t, c), start(t, child(hang))
	if got := process.Children(); !slices.Equal(got, append(slices.Clone(before), p, q)) {
		t.Errorf("children %v, want %v, %v and %v", got, before, p, q)
	}
	if p.Name() != "idler" || q.Name() != filepath.Base(os.Args[0]) {
		t.Errorf("names %q and %q", p.Name(), q.Name())
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	if got := process.Children(); !slices.Equal(got, append(slices.Clone(before), q)) {
		t.Errorf("children %v, want %v and %v", got, before, q)
	}
	if _, err := process.Start(process.Command{Path: "/no/such"}); err == nil || len(process.Children()) != len(before)+1 {
		t.Errorf("children after a start that failed: %v", process.Children())
	}
}

// Entries of this test.
var (
	returns = process.NewEntry("returns", func(args []string) error {
		fmt.Println(strings.Join(args, "|"))
		return nil
	})
	fails  = process.NewEntry("fails", func([]string) error { return errors.New("no more paper") })
	breaks = process.NewEntry("breaks", func([]string) error { panic("deliberate") })
	leaves = process.NewEntry("leaves", func([]string) error { os.Exit(8); return nil })
)

// entry is a command that runs an entry.
func entry(e *process.Entry, args ...string) process.Command {
	return process.Command{Entry: e, Args: args, Env: []string{"GORACE=atexit_sleep_ms=0"}, Stdout: io.Discard, Stderr: io.Discard}
}

func TestEntries(t *testing.T) {
	for _, c := range []struct {
		entry  *process.Entry
		code   int
		stderr string
	}{
		{returns, 0, ""}, {fails, 1, "fails: no more paper\n"}, {leaves, 8, ""}, {breaks, 2, "panic: deliberate"},
	} {
		out := new(buffer)
		cmd := entry(c.entry, "a", "", "ü b")
		cmd.Stdout = out
		p := start(t, cmd)
		if got := code(t, p); got != c.code || p.Name() != c.entry.Name() {
			t.Errorf("%v: exit code %d, want %d", p.Name(), got, c.code)
		}
		if got := p.StderrTail(); !strings.HasPrefix(got, c.stderr) || c.stderr == "" && got != "" {
			t.Errorf("%s: stderr %q, want %q", p.Name(), got, c.stderr)
		}
		if c.entry == returns && out.String() != "a||ü b\n" {
			t.Errorf("arguments %q", out)
		}
	}
}

// A program that knows the entry's name only on one side says so.
func TestUnknownEntry(t *testing.T) {
	c := child("stranger")
	c.Stdout = nil
	p := start(t, c)
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}

var _ = role("stranger", func([]string) {
	p, err := process.Start(entry(process.NewEntry("only here", func([]string) error { return nil })))
	must(err)
	<-p.Done()
	if n, _ := p.ExitCode(); n != 1 || !strings.Contains(p.StderrTail(), `no entry "only here"`) {
		fatal(p, p.StderrTail())
	}
})

func TestNewEntryMisuse(t *testing.T) {
	none := func([]string) error { return nil }
	for name, f := range map[string]func(){
		"taken": func() { process.NewEntry("returns", none) }, "no name": func() { process.NewEntry("", none) },
		"no function": func() { process.NewEntry("nothing", nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

// naive is a program whose main starts copies of itself, and does not know that it may be
// one: neither Init nor EndWithParent is called.
var naive = role("naive", func([]string) {
	if _, err := process.Start(entry(returns)); !errors.Is(err, process.ErrNoInit) {
		fatal("entry:", err)
	}
	if _, err := process.NewStarter(process.Config{Method: process.Standby}); !errors.Is(err, process.ErrNoInit) {
		fatal("starter:", err)
	}
	for range 3 {
		if _, err := process.Start(process.Command{}); !errors.Is(err, process.ErrNoInit) {
			fatal("copy:", err)
		}
	}
	if n := len(process.Children()); n > 0 {
		fatal(n, "children")
	}
	p, err := process.Start(process.Command{Path: "/bin/true"}) // no copy
	must(err)
	<-p.Done()
	os.Exit(7)
})

func TestNoForkBomb(t *testing.T) {
	p := start(t, child(naive))
	if got := code(t, p); got != 7 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
}

// deeper starts itself until it may not, and then lets all know how deep it was.
var deeper *process.Entry

func init() { deeper = process.NewEntry("deeper", descendFurther) }

func descendFurther([]string) error {
	c := entry(deeper)
	c.Stdout, c.Stderr = nil, nil
	p, err := process.Start(c)
	if errors.Is(err, process.ErrRecursion) {
		fmt.Println(process.Depth())
		return nil
	}
	if err != nil {
		return err
	}
	<-p.Done()
	if n, _ := p.ExitCode(); n != 0 {
		return fmt.Errorf("%v: %s", p, p.StderrTail())
	}
	return nil
}

func TestRecursionLimit(t *testing.T) {
	if process.Depth() != 0 {
		t.Fatalf("the test runs in generation %d", process.Depth())
	}
	out := new(buffer)
	c := entry(deeper)
	c.Stdout = out
	p := start(t, c)
	if got := code(t, p); got != 0 || out.String() != fmt.Sprintln(process.MaxDepth) {
		t.Errorf("exit code %d, depth %q, want %d: %s", got, out, process.MaxDepth, p.StderrTail())
	}
	noChildren(t)
}
