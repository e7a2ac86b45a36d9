package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if is, err := party(os.Args[1:]); is {
		exit(err)
	}
	os.Exit(m.Run())
}

// Each system carries each case's messages, and the sums are right.
func TestEverySystem(t *testing.T) {
	cpus, err := twoCPUs()
	if err != nil {
		t.Skip(err)
	}
	f, err := startAll(t.TempDir(), cpus)
	defer f.kill()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range contests {
		found, err := f.measure(c, 1, time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range systems {
			if m, ok := found.Figure(s.name, c.metrics()[0]); !ok || !(m.Value > 0) {
				t.Errorf("%s: %s: %v", c.name, s.name, m.Value)
			}
		}
	}
	if err := f.stop(); err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for want, o := range map[string]options{
		"0 repetitions":   {reps: 0, seconds: 1},
		"1001 rep":        {reps: 1001, seconds: 1},
		"0 seconds":       {reps: 1},
		`no case "nothin`: {reps: 1, seconds: 1, match: "nothing"},
		`case "["`:        {reps: 1, seconds: 1, match: "["},
		"want 0.1 to 360": {reps: 1, seconds: 1e9},
	} {
		if _, err := o.chosen(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
	if list, err := (options{reps: 1, seconds: 1, match: "stream"}).chosen(); err != nil || len(list) != 2 {
		t.Errorf("stream: %d cases, %v", len(list), err)
	}
}
