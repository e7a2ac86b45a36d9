package lint

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Tree is the source of one module.
type Tree struct {
	Module string // its path
	Files  []*File
	set    *token.FileSet
}

// File is one file of the module.
type File struct {
	Path string // from the module's root, with slashes
	Text []byte
	Go   *ast.File // nil unless it is a Go file
	bad  error     // why it could not be parsed
	set  *token.FileSet
}

// Load reads the module at the root of a file system.
func Load(fsys fs.FS) (*Tree, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	t := &Tree{Module: modulePath(mod), set: token.NewFileSet()}
	return t, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && foreign(fsys, name):
			return fs.SkipDir
		case d.IsDir() || !d.Type().IsRegular():
			return nil
		}
		return t.add(fsys, name)
	})
}

func modulePath(mod []byte) string {
	for line := range strings.Lines(string(mod)) {
		if p, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(p)
		}
	}
	return ""
}

// foreign reports whether a folder is not part of the module: another module,
// test data, or one that the go command leaves out. Of hidden folders, git's
// alone is left out: what a checker runs is tracked too.
func foreign(fsys fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	base := path.Base(dir)
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err == nil || base == ".git" || base == "testdata" || strings.HasPrefix(base, "_")
}

// add reads one file; what is not text is left out.
func (t *Tree) add(fsys fs.FS, name string) error {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil
	}
	f := &File{Path: name, Text: text, set: t.set}
	if strings.HasSuffix(name, ".go") {
		f.Go, f.bad = parser.ParseFile(t.set, name, text, parser.ParseComments|parser.SkipObjectResolution)
		if f.bad != nil {
			f.Go = nil
		}
	}
	t.Files = append(t.Files, f)
	return nil
}

// goFiles returns the Go files that people wrote.
func (t *Tree) goFiles() (all []*File) {
	for _, f := range t.Files {
		if f.Go != nil && !ast.IsGenerated(f.Go) {
			all = append(all, f)
		}
	}
	return all
}

// dir is the file's folder, and "." for the root.
func (f *File) dir() string { return path.Dir(f.Path) }

func (f *File) isTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// stem is the file's name without ".go" and without "_test".
func (f *File) stem() string {
	return strings.TrimSuffix(strings.TrimSuffix(path.Base(f.Path), ".go"), "_test")
}

func (f *File) line(p token.Pos) int { return f.set.Position(p).Line }

// imports returns what the file imports, and the line of each.
func (f *File) imports() map[string]int {
	all := map[string]int{}
	for _, i := range f.Go.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			all[p] = f.line(i.Pos())
		}
	}
	return all
}

// localName returns the name under which the file uses an import, or "".
func (f *File) localName(imported string) string {
	for _, i := range f.Go.Imports {
		if i.Path.Value != strconv.Quote(imported) {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path.Base(imported)
	}
	return ""
}

// Finding is one place that breaks a rule.
type Finding struct {
	Path    string
	Line    int
	Rule    string
	Subject string // what it is about, for exceptions: a function, a word
	Text    string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.Path, f.Line, f.Rule, f.Text)
}
