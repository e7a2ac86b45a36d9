package process

import (
	"slices"
	"strings"
	"testing"
)

func TestDepthOf(t *testing.T) {
	for text, want := range map[string]int{"": 0, "0": 0, "3": 3, "10": 10, "-1": MaxDepth, "x": MaxDepth, "99999999999999999999": MaxDepth} {
		if got := depthOf(text); got != want {
			t.Errorf("%q is depth %d, want %d", text, got, want)
		}
	}
}

// What is for one child alone is not passed on, and cannot be set by Env.
func TestPrivateEnvironment(t *testing.T) {
	var base []string
	for _, key := range private {
		base = append(base, key+"=stale")
	}
	c := Command{Path: "x", Env: []string{entryEnv + "=forged", "A=1"}}
	got := c.environ(base, 1)
	if want := []string{"A=1", depthEnv + "=1"}; !slices.Equal(got, want) {
		t.Errorf("environment %q, want %q", got, want)
	}
	c = Command{Entry: &Entry{name: "e"}, Files: nil}
	if got := strings.Join(c.environ(nil, 1), " "); !strings.Contains(got, entryEnv+"=e") || !strings.Contains(got, lifelineEnv+"=3") || !strings.Contains(got, selfEnv+"=") {
		t.Errorf("environment of an entry: %s", got)
	}
}
