package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// wide are the registers whose upper halves code of others does not have.
var wide = regexp.MustCompile(`\b[YZ][0-9]+\b`)

// A routine that uses them clears them before each return: what is left in them
// slows down the code of others, and no result shows it.
func TestUpperHalvesAreCleared(t *testing.T) {
	files, err := filepath.Glob("../*_amd64.s")
	if err != nil || len(files) != 2 {
		t.Fatalf("there are %q, %v; want 2 files", files, err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		seen := 0
		for _, routine := range strings.Split(string(text), "\nTEXT ")[1:] {
			if !wide.MatchString(routine) {
				continue
			}
			seen++
			if returns := strings.Count(routine, "\tRET\n"); returns == 0 || returns != strings.Count(routine, "\tVZEROUPPER\n\tRET\n") {
				name, _, _ := strings.Cut(routine, "(")
				t.Errorf("%s: %s returns without VZEROUPPER", f, name)
			}
		}
		if seen < 90 {
			t.Errorf("%s has %d routines of vectors; is it read right?", f, seen)
		}
	}
}
