package lint

import (
	"go/ast"
	"path"
	"slices"
)

// checkLayout: what lies in shared memory is declared in layout.go, begins with
// structs.HostLayout, and has fields of the same size for every peer.
func checkLayout(t *Tree, report report) {
	for _, f := range t.goFiles() {
		if f.isTest() {
			continue
		}
		home := path.Base(f.Path) == "layout.go"
		for _, spec := range structTypes(f) {
			name, fields := spec.Name.Name, spec.Type.(*ast.StructType).Fields.List
			first := len(fields) > 0 && isHostLayout(f, fields[0].Type)
			some := slices.ContainsFunc(fields, func(l *ast.Field) bool { return isHostLayout(f, l.Type) })
			line := f.line(spec.Pos())
			switch {
			case some && !home:
				report(f, line, name, "%s is laid out for others: it belongs into layout.go", name)
			case home && !first:
				report(f, line, name, "%s does not begin with _ structs.HostLayout", name)
			}
			if some {
				checkFields(t, f, spec, report)
			}
		}
	}
}

func checkFields(t *Tree, f *File, spec *ast.TypeSpec, report report) {
	for _, field := range spec.Type.(*ast.StructType).Fields.List {
		if isHostLayout(f, field.Type) {
			continue
		}
		if why := t.unfit(f, field.Type, parameters(spec), 0); why != "" {
			report(f, f.line(field.Pos()), spec.Name.Name, "%s: %s", spec.Name.Name, why)
		}
	}
}

// fixed are the types with a size of their own.
var fixed = []string{
	"uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
	"float32", "float64", "byte",
}

// fixedAtomic are those of sync/atomic.
var fixedAtomic = []string{"Uint32", "Uint64", "Int32", "Int64"}

// unfit says why a type cannot lie in shared memory, or "".
func (t *Tree) unfit(f *File, e ast.Expr, params []string, depth int) string {
	if depth > 20 {
		return "a type within itself"
	}
	switch e := e.(type) {
	case *ast.Ident:
		return t.unfitNamed(f, f.dir(), e.Name, params, depth)
	case *ast.ArrayType:
		if e.Len == nil {
			return "a slice"
		}
		if n, ok := e.Len.(*ast.BasicLit); ok && n.Value == "0" {
			return "" // it marks a type and holds nothing
		}
		return t.unfit(f, e.Elt, params, depth+1)
	case *ast.SelectorExpr:
		return t.unfitForeign(f, e, depth)
	case *ast.StructType:
		for _, field := range e.Fields.List {
			if why := t.unfit(f, field.Type, params, depth+1); why != "" {
				return why
			}
		}
		return ""
	case *ast.IndexExpr: // a generic type: its argument is checked where it is given
		return t.unfit(f, e.X, params, depth+1)
	}
	return "a field that is no number, array or struct"
}

// unfitNamed judges a type of a package of this module, or a predeclared one.
func (t *Tree) unfitNamed(f *File, dir, name string, params []string, depth int) string {
	if slices.Contains(fixed, name) || slices.Contains(params, name) {
		return ""
	}
	for _, g := range t.goFiles() {
		if g.dir() != dir || g.isTest() {
			continue
		}
		for _, spec := range types(g) {
			if spec.Name.Name == name {
				return t.unfit(g, spec.Type, parameters(spec), depth+1)
			}
		}
	}
	return name + " is no type of a fixed size"
}

// unfitForeign judges a type of another package.
func (t *Tree) unfitForeign(f *File, e *ast.SelectorExpr, depth int) string {
	pkg, _ := e.X.(*ast.Ident)
	if pkg == nil {
		return "a type that cannot be read"
	}
	for imported := range f.imports() {
		if f.localName(imported) != pkg.Name {
			continue
		}
		switch dir, ours := cut(imported, t.Module); {
		case imported == "structs" && e.Sel.Name == "HostLayout":
			return ""
		case imported == "sync/atomic" && slices.Contains(fixedAtomic, e.Sel.Name):
			return ""
		case ours:
			return t.unfitNamed(f, dir, e.Sel.Name, nil, depth+1)
		}
	}
	return pkg.Name + "." + e.Sel.Name + " is no type of a fixed size"
}
