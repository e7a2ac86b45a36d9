package lint

import (
	"bytes"
	"go/ast"
	"slices"
)

// Sizes in lines: beyond the first a reason is needed, beyond the second none
// is good enough.
const (
	fileSoft, fileHard         = 300, 500
	functionSoft, functionHard = 40, 60
)

// MedianGoal is what half of a package's functions should not exceed.
const MedianGoal = 8

func checkFileSize(t *Tree, report report) {
	for _, f := range t.goFiles() {
		n := bytes.Count(f.Text, []byte("\n"))
		tooLong(f, 1, "", "the file", n, fileSoft, fileHard, report)
	}
}

func checkFunctionSize(t *Tree, report report) {
	for _, f := range t.goFiles() {
		for _, fn := range functions(f) {
			tooLong(f, f.line(fn.Pos()), fn.Name.Name, fn.Name.Name, f.span(fn), functionSoft, functionHard, report)
		}
	}
}

func tooLong(f *File, line int, subject, what string, n, soft, most int, report report) {
	switch {
	case n > most:
		report(f, line, hard, "%s has %d lines, at most %d are allowed", what, n, most)
	case n > soft:
		report(f, line, subject, "%s has %d lines, more than %d need a reason in exceptions.go", what, n, soft)
	}
}

func functions(f *File) (all []*ast.FuncDecl) {
	for _, d := range f.Go.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
			all = append(all, fn)
		}
	}
	return all
}

// span is the number of lines of a node.
func (f *File) span(n ast.Node) int { return f.line(n.End()) - f.line(n.Pos()) + 1 }

// Medians returns the median length of each package's functions, without those
// of tests.
func Medians(t *Tree) map[string]int {
	lengths := map[string][]int{}
	for _, f := range t.goFiles() {
		if f.isTest() {
			continue
		}
		for _, fn := range functions(f) {
			lengths[f.dir()] = append(lengths[f.dir()], f.span(fn))
		}
	}
	medians := map[string]int{}
	for dir, all := range lengths {
		slices.Sort(all)
		medians[dir] = all[len(all)/2]
	}
	return medians
}
