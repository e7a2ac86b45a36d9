package lint

import (
	"go/ast"
	"strings"
)

// types returns the types that a file declares at package level.
func types(f *File) (all []*ast.TypeSpec) {
	for _, d := range f.Go.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range gen.Specs {
			if spec, ok := s.(*ast.TypeSpec); ok {
				all = append(all, spec)
			}
		}
	}
	return all
}

// structTypes returns those that are structs.
func structTypes(f *File) (all []*ast.TypeSpec) {
	for _, spec := range types(f) {
		if _, ok := spec.Type.(*ast.StructType); ok {
			all = append(all, spec)
		}
	}
	return all
}

// parameters returns the names of a type's parameters.
func parameters(spec *ast.TypeSpec) (names []string) {
	if spec.TypeParams == nil {
		return nil
	}
	for _, field := range spec.TypeParams.List {
		for _, id := range field.Names {
			names = append(names, id.Name)
		}
	}
	return names
}

// isHostLayout reports whether a field is the marker of package structs.
func isHostLayout(f *File, e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "HostLayout" && isIdent(sel.X, f.localName("structs"))
}

// cut returns a package's folder if it belongs to the module.
func cut(imported, module string) (dir string, ours bool) {
	return strings.CutPrefix(imported, module+"/")
}
