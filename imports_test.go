package shmengine_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/shmengine/shmengine"

// mayImport says which packages of this module a package may import, besides internal
// ones. A package that is not listed by itself falls under the longest folder that is.
var mayImport = map[string][]string{
	"":                 {},
	"futex":            {},
	"kernels":          {},
	"ringbuf":          {"futex"},
	"shmarena":         {"futex"},
	"engine/process":   {},
	"engine":           {"engine/process", "futex", "kernels", "ringbuf", "shmarena"},
	"bench":            {"bench", "engine", "engine/process", "futex", "kernels", "ringbuf", "shmarena"},
	"cmd":              {"bench", "cmd", "engine", "engine/process", "futex", "kernels", "ringbuf", "shmarena"},
	"examples":         {"engine", "futex", "kernels", "ringbuf", "shmarena"},
	"internal":         {},
	"internal/member":  {"futex"},
	"internal/testmem": {},
}

// mayImportInternal is the same for internal packages in what is not a test: who is at the
// bottom must not reach up through one of them.
var mayImportInternal = map[string][]string{
	"futex":           {"internal/spin"},
	"kernels":         {"internal/spin"},
	"engine/process":  {},
	"internal/spin":   {},
	"internal/member": {},
}

// embedderModules is the budget: what a program that imports the library links, and
// nothing else. The command and the benchmarks may have more.
var embedderModules = []string{
	module,
	"github.com/edsrzf/mmap-go",
	"github.com/klauspost/cpuid/v2",
	"golang.org/x/sys",
	"gonum.org/v1/gonum",
}

// library is what an embedder imports.
var library = []string{"./futex", "./ringbuf", "./shmarena", "./kernels", "./engine/..."}

// A source is one Go file of this module.
type source struct {
	path    string // with slashes, from the root
	imports []string
}

func (s source) pkg() string  { return strings.TrimPrefix(path.Dir(s.path), ".") }
func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources lists the Go files of this module, not those of modules inside it.
func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(name)}
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, p)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// skipDir leaves out folders that the go command leaves out.
func skipDir(name string) error {
	base := filepath.Base(name)
	nested, _ := filepath.Glob(filepath.Join(name, "go.mod"))
	if name != "." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata" || len(nested) > 0) {
		return fs.SkipDir
	}
	return nil
}

// rule is the entry of the longest folder of pkg that has one.
func rule(rules map[string][]string, pkg string) ([]string, bool) {
	for dir := pkg; dir != "." && dir != ""; dir = path.Dir(dir) {
		if allowed, ok := rules[dir]; ok {
			return allowed, true
		}
	}
	allowed, ok := rules[""]
	return allowed, ok && pkg == ""
}

func TestImportDirections(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		allowed, ok := rule(mayImport, s.pkg())
		if !ok {
			t.Errorf("%s: package %q is not in the list of import rules", s.path, s.pkg())
			continue
		}
		for _, p := range s.imports {
			ours, ok := strings.CutPrefix(p, module+"/")
			if !ok {
				continue
			}
			if strings.HasPrefix(ours, "internal/") {
				if inner, listed := rule(mayImportInternal, s.pkg()); listed && !slices.Contains(inner, ours) {
					t.Errorf("%s imports %s: not one of %v", s.path, ours, inner)
				}
				continue
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return ours == a || a == "bench" && strings.HasPrefix(ours, "bench/") }) {
				t.Errorf("%s imports %s: not one of %v", s.path, ours, allowed)
			}
		}
	}
}

// An embedder must not link what only the command needs.
func TestEmbedderBudget(t *testing.T) {
	args := append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}"}, library...)
	cmd := exec.Command("go", args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	linked := strings.Fields(string(out))
	slices.Sort(linked)
	for _, m := range slices.Compact(linked) {
		if !slices.Contains(embedderModules, m) {
			t.Errorf("the library links module %s, which is not in the budget", m)
		}
	}
}
