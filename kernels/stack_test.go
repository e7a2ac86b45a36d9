package kernels

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

const stackElems = 64

// desk is memory on the stack of a test, if no kernel moves it to the heap.
type desk struct {
	f       [4][stackElems]float64
	g       [4][stackElems]float32
	i       [4][stackElems]int64
	j       [4][stackElems]int32
	u       [3][stackElems]uint64
	c       [3][stackElems]uint32
	b       [2][stackElems]uint8
	moments [4]GroupMoments
	sums    [4]GroupSum
}

// No kernel keeps a slice, and none hands one to a function that might: its caller's arrays
// stay on the stack.
func TestArraysStayOnTheStack(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	for _, calls := range stackTables {
		for name, call := range calls {
			if allocs := testing.AllocsPerRun(1, call); allocs != 0 {
				t.Errorf("%s moves its caller's arrays to the heap: %v allocations", name, allocs)
			}
		}
	}
}

var stackTables = []map[string]func(){onStack, onStackOrder, onStackGroups, onStackNarrow, onStackMethods}

// kept are functions that keep the memory that they are given, and those of matrices, which
// are views.
var kept = []string{"Gemv", "JoinOn", "TableOn"}

// Every exported function that takes a slice is in one of the tables.
func TestEveryKernelIsOnTheStack(t *testing.T) {
	want := map[string]bool{}
	for _, f := range sources(t) {
		for _, d := range f.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && takesSlice(f) {
				want[f.Name.Name] = true
			}
		}
	}
	for _, name := range kept {
		delete(want, name)
	}
	if len(want) < 100 {
		t.Errorf("only %d functions take slices", len(want))
	}
	for _, calls := range stackTables {
		for name := range calls {
			delete(want, name)
		}
	}
	for name := range want {
		t.Errorf("%s is not in stackTables", name)
	}
}

// sources parses this package but for its tests.
func sources(t *testing.T) (list []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

func takesSlice(f *ast.FuncDecl) bool {
	for _, p := range f.Type.Params.List {
		if a, ok := p.Type.(*ast.ArrayType); ok && a.Len == nil {
			return true
		}
	}
	return false
}
