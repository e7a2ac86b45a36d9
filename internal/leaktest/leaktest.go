package leaktest

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
)

// Main is all of a package's TestMain. It does not return. When the tests are over, and what they left was looked
// for, it calls last.
func Main(m *testing.M, last ...func()) {
	reexec.Main()
	os.Setenv(env, tag())
	before := look()
	code := m.Run()
	if left := settle(before); len(left) > 0 {
		report(os.Stderr, left)
		code = max(code, 1)
	}
	for _, f := range last {
		f()
	}
	os.Exit(code)
}

func report(w io.Writer, left []string) {
	fmt.Fprintf(w, "leaktest: the tests left behind:\n\t%s\n", strings.Join(left, "\n\t"))
}
