package shmengine_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// The limits that keep a file or a function readable in one go. CONTRIBUTING.md has the
// sizes to aim at, which are smaller.
const (
	maxFileLines     = 500
	maxFunctionLines = 60
)

// systemImports are the ways to the kernel; only files named *_linux*.go use them.
var systemImports = []string{"syscall", "golang.org/x/sys/unix", "github.com/edsrzf/mmap-go"}

// portableSystemImports are files that use no more of package syscall than names which
// every system has.
var portableSystemImports = []string{
	"internal/member/lockfile.go", // syscall.RawConn, an interface of package os
}

// debts are places that do not keep a rule yet, as "file: rule". New code adds none.
var debts = []string{
	"bench/flights/cut: doc.go",
	"futex/model_step_test.go: step",
	"internal/pod/pod_test.go: unsafe",
	"kernels/quick_test.go: TestQuick",
	"shmarena/heap_test.go: TestHeapModel",
	"shmarena/recover_test.go: tornOnce",
	"shmarena/sweep_linux_test.go: TestSweep",
}

// owed reports whether a broken rule is a known debt.
func owed(file, rule string) bool { return slices.Contains(debts, file+": "+rule) }

func TestSizes(t *testing.T) {
	for _, s := range sources(t) {
		text, err := os.ReadFile(s.path)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, at most %d are readable", s.path, n, maxFileLines)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, s.path, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1
				if n > maxFunctionLines && !owed(s.path, fn.Name.Name) {
					t.Errorf("%s: %s has %d lines, at most %d are readable", s.path, fn.Name.Name, n, maxFunctionLines)
				}
			}
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//go:linkname") {
					t.Errorf("%s: go:linkname", s.path)
				}
			}
		}
	}
}

func TestPlaces(t *testing.T) {
	for _, s := range sources(t) {
		stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(s.path), ".go"), "_test")
		for _, p := range s.imports {
			switch {
			case p == "C":
				t.Errorf("%s: cgo", s.path)
			case p == "unsafe" && !strings.HasSuffix(stem, "_unsafe") && !owed(s.path, "unsafe"):
				t.Errorf("%s imports unsafe: only *_unsafe.go may", s.path)
			case slices.Contains(systemImports, p) && !strings.Contains(stem, "_linux") &&
				!slices.Contains(portableSystemImports, s.path):
				t.Errorf("%s imports %s: only *_linux*.go may", s.path, p)
			}
		}
	}
}

// Every package says what it is in doc.go.
func TestPackageDocs(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		dir := path.Dir(s.path)
		if s.isTest() || seen[dir] || owed(dir, "doc.go") {
			continue
		}
		seen[dir] = true
		f, err := parser.ParseFile(token.NewFileSet(), path.Join(dir, "doc.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		if f.Doc == nil || f.Name.Name != "main" && !strings.HasPrefix(f.Doc.Text(), "Package "+f.Name.Name+" ") {
			t.Errorf("%s/doc.go does not begin with %q", dir, "Package "+f.Name.Name)
		}
	}
}
