package lint

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the module.
const root = "../.."

func repository(t *testing.T) *Tree {
	t.Helper()
	tree, err := Load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// The module keeps the house rules.
func TestRepository(t *testing.T) {
	found := Check(repository(t), Exceptions)
	if len(found) == 0 {
		return
	}
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintln(&b, f)
	}
	t.Errorf("%d findings (files from the module's root):\n%s", len(found), &b)
}

// Medians are for people to look at: go test -v -run Medians ./internal/lint
func TestMedians(t *testing.T) {
	medians := Medians(repository(t))
	for _, dir := range slices.Sorted(maps.Keys(medians)) {
		note := ""
		if medians[dir] > MedianGoal {
			note = fmt.Sprintf("  more than %d", MedianGoal)
		}
		t.Logf("%-25s %2d lines%s", dir, medians[dir], note)
	}
}
