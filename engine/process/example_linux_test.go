package process_test

import (
	"context"
	"errors"
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

// An entry is made at package level, so that parent and child both know it.
var double = process.NewEntry("double", func(args []string) error {
	fmt.Println(args[0] + args[0])
	return nil
})

func ExampleEntry() {
	// main has called process.Init.
	p, err := process.Start(process.Command{Entry: double, Args: []string{"tick"}, Stdout: os.Stdout})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := p.Join(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	code, _ := p.ExitCode()
	fmt.Println(p.Name(), "ended with", code)
	// Output:
	// ticktick
	// double ended with 0
}

func ExampleStarter() {
	s, err := process.NewStarter(process.Config{Method: process.Standby, Spares: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	j, err := s.Start(context.Background(), double, "tick") // no program is started for it
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := j.Join(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	code, _ := j.ExitCode()
	fmt.Println(j.Name(), "ended with", code)
	fmt.Println(s.Close())
	// Output:
	// ticktick
	// double ended with 0
	// <nil>
}

func ExampleWait() {
	quick, _ := process.Start(process.Command{Path: "true"})
	slow, err := process.Start(process.Command{Path: "sleep", Args: []string{"1000"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	ready, err := process.Wait(context.Background(), slow, quick)
	fmt.Println(ready, err)
	for _, p := range process.Children() {
		fmt.Println(p.Name(), "still runs:", p.Kill())
		<-p.Done()
	}
	// Output:
	// [1] <nil>
	// sleep still runs: <nil>
}

func ExampleStartMethod_Validate() {
	fmt.Println(errors.Is(process.StartMethod("fork").Validate(), errors.ErrUnsupported))
	// Output: true
}

// measures says how long the files are that it is sent.
var measures = process.NewEntry("measures", func([]string) error {
	c, err := process.InheritedFileConn(0)
	if err != nil {
		return err
	}
	note, files, err := c.Receive(context.Background())
	if err != nil {
		return err
	}
	st, err := files[0].Stat()
	if err != nil {
		return err
	}
	return c.Send(context.Background(), fmt.Appendf(nil, "%s has %d bytes", note, st.Size()), files...)
})

// A file goes to a child that runs already, under a name of the sender's.
func ExampleFileConn() {
	here, there, err := process.NewFileConn()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer here.Close()
	p, err := process.Start(process.Command{Entry: measures, Files: []*os.File{there}})
	there.Close()
	if err != nil {
		fmt.Println(err)
		return
	}
	log, err := os.CreateTemp("", "log")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.Remove(log.Name())
	fmt.Fprint(log, "hello")
	if err := here.Send(context.Background(), []byte("the log"), log); err != nil {
		fmt.Println(err)
	}
	answer, files, err := here.Receive(context.Background())
	fmt.Println(string(answer), len(files), err)
	files[0].Close()
	log.Close()
	fmt.Println(p.Join(context.Background()))
	// Output:
	// the log has 5 bytes 1 <nil>
	// <nil>
}
