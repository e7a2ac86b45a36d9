package twin

import (
	"debug/elf"
	"errors"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/engine/process"
)

// The program runs behind its folder's removal, and needs no C library.
func TestCompileGo(t *testing.T) {
	p, err := CompileGo(t.Context(), "bench/proc/child")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := process.Start(process.Command{Path: p.Path(), Stderr: new(strings.Builder)})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, _ := c.ExitCode(); code != 2 || !strings.Contains(c.StderrTail(), "shmbench proc") {
		t.Errorf("%v: %s", c, c.StderrTail())
	}
	f, err := elf.NewFile(p.exe)
	if err != nil {
		t.Fatal(err)
	}
	if libs, err := f.ImportedLibraries(); err != nil || len(libs) > 0 {
		t.Errorf("it needs %v, %v", libs, err)
	}
}

func TestCompileGoWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := CompileGo(t.Context(), "bench/proc/child"); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}

func TestCompileGoOfNothing(t *testing.T) {
	if _, err := CompileGo(t.Context(), "bench/nothing"); !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "bench/nothing") {
		t.Error(err)
	}
}
