package lock

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What a killed run has left is removed; what a live one uses is not, nor what
// was just made, nor what is nobody's folder.
func TestFoldersOfTheDeadAreRemoved(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	old := time.Now().Add(-time.Hour)
	folder := func(name string, age time.Time) string {
		dir := filepath.Join(tmp, folderPrefix+name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "twin.c"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, age, age); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	dead, used, young := folder("dead", old), folder("used", old), folder("young", time.Now())
	target, link := folder("target", old), filepath.Join(tmp, folderPrefix+"link")
	if err := os.Rename(target, filepath.Join(tmp, "target")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(tmp, "target"), link); err != nil {
		t.Fatal(err)
	}
	f, err := lockFolder(used)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dir, unlock, err := newFolder()
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	for path, want := range map[string]bool{dead: false, used: true, young: true, link: true, filepath.Join(tmp, "target", "twin.c"): true, dir: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", filepath.Base(path), err, want)
		}
	}
	if _, err := lockFolder(dir); err == nil {
		t.Error("the new folder can be locked by others")
	}
}
