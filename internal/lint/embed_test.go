package lint

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// embedded are the packages that a minimal embedding program imports.
var embedded = []string{"engine", "engine/gonumview", "shmarena", "ringbuf", "futex", "kernels"}

// A program of another module that imports the library requires and links the
// modules of the budget, and nothing that only the command or the benchmarks
// need. The program is built for real, without a network.
func TestEmbeddingProgram(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to build a program with")
	}
	dir := embedder(t)
	run(t, dir, "go", "mod", "tidy")
	inBudget(t, "requires", required(run(t, dir, "go", "mod", "edit", "-print")))
	run(t, dir, "go", "build", "-o", "program", ".")
	inBudget(t, "links", linked(run(t, dir, "go", "version", "-m", "program")))
}

// What the library's packages reach is in the budget on other systems too.
func TestReachableModules(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go command to list packages with")
	}
	dir := embedder(t)
	run(t, dir, "go", "mod", "tidy")
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Setenv("GOOS", goos)
		out := run(t, dir, "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}{{end}}{{end}}", ".")
		modules := strings.Fields(out)
		slices.Sort(modules)
		inBudget(t, "reaches, on "+goos+",", slices.Compact(modules))
	}
}

// embedder writes a module with one program that imports the library.
func embedder(t *testing.T) (dir string) {
	t.Helper()
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	module := repository(t).Module
	program := "package main\n\n"
	for _, pkg := range embedded {
		if _, err := os.Stat(filepath.Join(abs, pkg)); err == nil {
			program += "import _ \"" + module + "/" + pkg + "\"\n"
		}
	}
	sums, err := os.ReadFile(filepath.Join(abs, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/embedder\n\ngo 1.25.0\n\nrequire " + module + " v0.0.0\n\n" +
			"replace " + module + " => " + abs + "\n",
		"go.sum":  string(sums),
		"main.go": program + "\nfunc main() {}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func run(t *testing.T, dir, name string, args ...string) (output string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// required returns the modules of the requirements in a go.mod.
func required(mod string) (modules []string) {
	for line := range strings.Lines(mod) {
		f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(f) >= 2 && strings.HasPrefix(f[1], "v") && f[0] != "replace" {
			modules = append(modules, f[0])
		}
	}
	return modules
}

// linked returns the modules that a program says it was built from.
func linked(version string) (modules []string) {
	for line := range strings.Lines(version) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "dep" {
			modules = append(modules, f[1])
		}
	}
	return modules
}

func inBudget(t *testing.T, what string, modules []string) {
	t.Helper()
	t.Logf("the program %s %v", what, modules)
	allowed := append([]string{repository(t).Module}, budget...)
	if !slices.Contains(modules, allowed[0]) {
		t.Errorf("the program %s %v, and not %s: what is tested?", what, modules, allowed[0])
	}
	for _, m := range modules {
		if !slices.Contains(allowed, m) {
			t.Errorf("the program %s %s, which is not in the budget %v", what, m, budget)
		}
	}
}

func TestRequiredAndLinked(t *testing.T) {
	mod := "module x\n\nrequire a.b/c v1.0.0\n\nrequire (\n\td.e/f v0.2.0 // indirect\n)\n\nreplace a.b/c => /elsewhere\n"
	if got, want := required(mod), []string{"a.b/c", "d.e/f"}; !slices.Equal(got, want) {
		t.Errorf("required %v, want %v", got, want)
	}
	version := "program: go1.25\n\tpath\tx\n\tmod\tx\t(devel)\n\tdep\ta.b/c\tv1.0.0\th1:x=\n\t=>\t/elsewhere\t(devel)\n"
	if got, want := linked(version), []string{"a.b/c"}; !slices.Equal(got, want) {
		t.Errorf("linked %v, want %v", got, want)
	}
}
