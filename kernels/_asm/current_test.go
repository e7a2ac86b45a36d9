package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The committed assembly and stubs are what the generator writes.
func TestOutputIsCurrent(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("./generate", dir).CombinedOutput(); err != nil {
		t.Fatalf("generate: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("generate wrote %q, %v; want 4 files", files, err)
	}
	for _, f := range files {
		want, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", filepath.Base(f)))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("../%s is not what generate writes (%v): run ./generate", filepath.Base(f), err)
		}
	}
}
