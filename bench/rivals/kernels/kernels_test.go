package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/bench/suite"
)

// Each system does each operation that it knows, and has our result.
func TestEverySystem(t *testing.T) {
	var out strings.Builder
	if err := measure(t.Context(), &out, suite.Options[struct{}]{Reps: 1, Seconds: 1}); err != nil {
		t.Fatal(err)
	}
	for _, c := range contests() {
		if strings.Contains(out.String(), c.name+":") == c.long {
			t.Errorf("%s is there, or is not, in:\n%s", c.name, out.String())
		}
	}
}

// A wrong result of any system has no figure.
func TestWrongResults(t *testing.T) {
	for _, c := range contests() {
		if c.long {
			continue
		}
		in := newInput(c)
		for system, made := range c.makers {
			w := made(in)
			w.run()
			s := &sample{digest: w.digest() * (1 + 1e-6)}
			if err := c.check(s, c.makers[baseline](in)); !errors.Is(err, report.ErrWrong) {
				t.Errorf("%s: %s: %v", c.name, system, err)
			}
		}
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []suite.Options[struct{}]{{Case: "nothing"}, {Reps: -1}, {Seconds: -1}} {
		if err := measure(t.Context(), nil, o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
