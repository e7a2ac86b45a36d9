package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/queue"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

func TestMain(m *testing.M) {
	pace = 0 // of the programs, too, which are this one
	leaktest.Main(m)
}

var program = reexec.Register("program", func(c *reexec.Child) {
	if err := run(context.Background(), c.Args); err != nil {
		c.Fatalf("%v", err)
	}
	os.Exit(0)
})

func TestTwoPrograms(t *testing.T) {
	for _, first := range []string{"send", "receive"} {
		name := leaktest.Name(first)
		second := map[string]string{"send": "receive", "receive": "send"}[first]
		all := map[string]*reexec.Proc{}
		for _, what := range []string{first, second} {
			all[what] = reexec.Start(t, program, reexec.Options{Args: []string{what, name}})
		}
		for _, p := range all {
			p.Wait()
		}
		if out := all["receive"].Output(); !strings.Contains(out, "sensor 4: 1.00\nsum 2.50\n") {
			t.Errorf("receive printed %q", out)
		}
	}
}

func TestConnection(t *testing.T) {
	name := leaktest.Name("ask")
	server := reexec.Start(t, program, reexec.Options{Args: []string{"serve", name}})
	err := run(t.Context(), []string{"ask", name})
	for errors.Is(err, queue.ErrNobody) { // it does not listen yet
		err = run(t.Context(), []string{"ask", name})
	}
	if err != nil {
		t.Error(err)
	}
	server.Wait()
}

func TestUsage(t *testing.T) {
	if err := run(context.Background(), []string{"what"}); err == nil {
		t.Error("unknown command: no error")
	}
}
