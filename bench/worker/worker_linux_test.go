package worker

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/process"
)

func shell(t *testing.T, script string) *Worker {
	t.Helper()
	w, err := Start(process.Command{Path: "sh", Args: []string{"-c", script}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestBothPipes(t *testing.T) {
	w := shell(t, "read line <&3; echo got $line >&4")
	if _, err := io.WriteString(w.To, "it\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(w.From).ReadString('\n'); err != nil || line != "got it\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := Close([]*Worker{w}); err != nil {
		t.Error(err)
	}
}

func TestLostTellsTheLastLine(t *testing.T) {
	w := shell(t, "echo first >&2; echo the reason >&2; exit 3")
	<-w.Child.Done()
	err := w.Lost(io.EOF)
	if !errors.Is(err, io.EOF) || !strings.HasSuffix(err.Error(), "the reason") || !strings.Contains(err.Error(), "exit code 3") {
		t.Error(err)
	}
	if err := Close([]*Worker{w}); err != nil {
		t.Error(err)
	}
}

// One that does not leave when its pipe is closed is killed.
func TestCloseEndsTheStubborn(t *testing.T) {
	w := shell(t, "exec sleep 1000")
	if err := Close([]*Worker{w}); err != nil {
		t.Error(err)
	}
	if w.Child.Alive() {
		t.Error("it lives")
	}
}
