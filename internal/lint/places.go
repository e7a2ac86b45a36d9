package lint

import (
	"go/ast"
	"regexp"
	"strings"
)

// checkUnsafe: unsafe is used in files that say so.
func checkUnsafe(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go == nil || strings.HasSuffix(f.stem(), "_unsafe") {
			continue
		}
		if line, ok := f.imports()["unsafe"]; ok {
			report(f, line, "", "unsafe is imported in *_unsafe.go and *_unsafe_test.go only")
		}
	}
}

// kernelImports are the ways to the kernel.
var kernelImports = []string{
	"syscall", "golang.org/x/sys/unix", "golang.org/x/sys/windows", "github.com/edsrzf/mmap-go",
}

// plainNames are names of package syscall that call nothing and exist, or are
// defined by package os, on every system: an error is told from another, and a
// signal named, without a file for each system.
var plainNames = regexp.MustCompile(`^(Errno|Signal|Conn|RawConn|E[A-Z0-9]{2,}|SIG[A-Z0-9]{2,})$`)

// checkSystemCalls: the kernel is called from files that say so.
func checkSystemCalls(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go == nil || strings.Contains(f.stem()+"_", "_linux_") {
			continue
		}
		for _, imported := range kernelImports {
			line, ok := f.imports()[imported]
			if !ok || imported == "syscall" && usesOnly(f, f.localName("syscall"), plainNames) {
				continue
			}
			report(f, line, imported, "%s is imported in *_linux*.go only (package syscall elsewhere for the names of errors and signals)", imported)
		}
	}
}

// usesOnly reports whether all names that a file takes from a package match.
func usesOnly(f *File, pkg string, names *regexp.Regexp) bool {
	only := pkg != "." && pkg != "_"
	ast.Inspect(f.Go, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && isIdent(sel.X, pkg) && !names.MatchString(sel.Sel.Name) {
			only = false
		}
		return only
	})
	return only
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// checkCgo: no C, and no names of other packages by the back door.
func checkCgo(t *Tree, report report) {
	for _, f := range t.Files {
		if f.Go == nil {
			continue
		}
		if line, ok := f.imports()["C"]; ok {
			report(f, line, "C", "no cgo")
		}
		for _, group := range f.Go.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//go:linkname") {
					report(f, f.line(c.Pos()), "linkname", "no go:linkname")
				}
			}
		}
	}
}

// atomicFunctions are those that work on a plain variable.
var atomicFunctions = regexp.MustCompile(`^(Add|And|CompareAndSwap|Load|Or|Store|Swap)(Int32|Int64|Uint32|Uint64|Uintptr|Pointer)$`)

// checkAtomics: typed atomics only, so that a plain access does not compile.
func checkAtomics(t *Tree, report report) {
	for _, f := range t.goFiles() {
		pkg := f.localName("sync/atomic")
		if pkg == "" {
			continue
		}
		ast.Inspect(f.Go, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && isIdent(sel.X, pkg) && atomicFunctions.MatchString(sel.Sel.Name) {
				report(f, f.line(sel.Pos()), sel.Sel.Name, "atomic.%s works on a plain variable: use a typed atomic", sel.Sel.Name)
			}
			return true
		})
	}
}
