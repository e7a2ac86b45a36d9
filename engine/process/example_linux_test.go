package process_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shmengine/shmengine/engine/process"
)

func Example() {
	p, err := process.Start(process.Command{
		Path:   "sh",
		Args:   []string{"-c", "echo working; echo 'disk is on fire' >&2; exit 8"},
		Stdout: os.Stdout,
		Stderr: io.Discard, // the tail is kept all the same
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.Join(ctx); err != nil {
		fmt.Println(err) // it still runs; p.Kill() would end it
		return
	}
	code, _ := p.ExitCode()
	fmt.Println("exit code", code)
	fmt.Print("last words: ", p.StderrTail())
	// Output:
	// working
	// exit code 8
	// last words: disk is on fire
}

func ExampleProcess_Kill() {
	p, err := process.Start(process.Command{Path: "sleep", Args: []string{"1000"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Kill(); err != nil {
		fmt.Println(err)
		return
	}
	<-p.Done()
	code, _ := p.ExitCode()
	fmt.Println(code, p.ExitSignal())
	// Output: -9 killed
}

// The first lines of a program that is started as a child.
func ExampleEndWithParent() {
	if err := process.EndWithParent(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	control, err := process.Inherited(0, "control") // Command.Files[0] of the parent
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer func() { _ = control.Close() }() // only read from
}
