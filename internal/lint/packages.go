package lint

import (
	"go/ast"
	"path"
	"slices"
	"strings"
)

// The length of a package comment, in lines.
const docLeast, docMost = 10, 60

// checkSyntax: what does not parse, no other rule sees.
func checkSyntax(t *Tree, report report) {
	for _, f := range t.Files {
		if f.bad != nil {
			report(f, 1, "", "%v", f.bad)
		}
	}
}

// checkDoc: each package says what it is in doc.go, and nowhere else.
func checkDoc(t *Tree, report report) {
	first, documented := map[string]*File{}, map[string]bool{}
	for _, f := range t.Files {
		if f.Go == nil || f.isTest() {
			continue
		}
		if first[f.dir()] == nil {
			first[f.dir()] = f
		}
		switch isDoc := path.Base(f.Path) == "doc.go"; {
		case isDoc:
			documented[f.dir()] = true
			checkComment(f, report)
		case f.Go.Doc != nil && !ast.IsGenerated(f.Go):
			report(f, f.line(f.Go.Doc.Pos()), "", "the package comment belongs into doc.go")
		}
	}
	for dir, f := range first {
		if !documented[dir] {
			report(f, 1, "", "package %s has no doc.go", dir)
		}
	}
}

func checkComment(f *File, report report) {
	if f.Go.Doc == nil {
		report(f, 1, "", "no package comment")
		return
	}
	name := f.Go.Name.Name
	if begin := "Package " + name + " "; name != "main" && !strings.HasPrefix(f.Go.Doc.Text(), begin) {
		report(f, f.line(f.Go.Doc.Pos()), "", "the package comment begins with %q", begin)
	}
	if n := f.span(f.Go.Doc); n < docLeast || n > docMost {
		report(f, f.line(f.Go.Doc.Pos()), "", "the package comment has %d lines, not %d to %d", n, docLeast, docMost)
	}
}

// checkPackageName: a name says what is in the package.
func checkPackageName(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go != nil && slices.Contains(vague, strings.TrimSuffix(f.Go.Name.Name, "_test")) {
			report(f, f.line(f.Go.Name.Pos()), f.Go.Name.Name, "package %s: a name that says nothing", f.Go.Name.Name)
		}
	}
}

// checkLeaktest: the tests of each package fail when something is left behind.
func checkLeaktest(t *Tree, report report) {
	first, guarded := map[string]*File{}, map[string]bool{}
	for _, f := range t.goFiles() {
		if !f.isTest() {
			continue
		}
		if first[f.dir()] == nil {
			first[f.dir()] = f
		}
		if calls(f, "leaktest", "Main") || f.dir() == "internal/leaktest" && calls(f, "", "Main") {
			guarded[f.dir()] = true
		}
	}
	for dir, f := range first {
		if !guarded[dir] {
			report(f, 1, "", "no TestMain of %s calls leaktest.Main", dir)
		}
	}
}

// calls reports whether a file calls pkg.name, or name if pkg is empty.
func calls(f *File, pkg, name string) (found bool) {
	ast.Inspect(f.Go, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		found = found || ok && pkg != "" && isIdent(sel.X, pkg) && sel.Sel.Name == name
		found = found || pkg == "" && isIdent(call.Fun, name)
		return true
	})
	return found
}

// checkArenaNames: an arena that a test names can be told from those of other
// tests only if the name comes from leaktest.
func checkArenaNames(t *Tree, report report) {
	for _, f := range t.goFiles() {
		if !f.isTest() {
			continue
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok && isOptions(f, lit.Type) {
				checkNameField(f, lit, report)
			}
			return true
		})
	}
}

// isOptions reports whether a type is one that names an arena.
func isOptions(f *File, e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return f.dir() == "shmarena" && e.Name == "Options" || f.dir() == "engine" && e.Name == "Config"
	case *ast.SelectorExpr:
		return isIdent(e.X, "shmarena") && e.Sel.Name == "Options" || isIdent(e.X, "engine") && e.Sel.Name == "Config"
	}
	return false
}

func checkNameField(f *File, lit *ast.CompositeLit, report report) {
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || !isIdent(kv.Key, "Name") {
			continue
		}
		if s, ok := kv.Value.(*ast.BasicLit); ok && len(s.Value) > 2 {
			report(f, f.line(s.Pos()), s.Value, "arena %s: tests get names from leaktest.Name, or collide with others", s.Value)
		}
	}
}
