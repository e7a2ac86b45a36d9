package twin

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// folderOf makes a folder as a run leaves it, of some age.
func folderOf(t *testing.T, name string, age time.Duration) (dir string) {
	t.Helper()
	dir = filepath.Join(os.TempDir(), name)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "twin.c"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-age)
	if err := os.Chtimes(dir, at, at); err != nil {
		t.Fatal(err)
	}
	return dir
}

// What a killed run has left is removed; what a live one uses is not, nor what
// was just made, nor what is nobody's folder.
func TestFoldersOfTheDeadAreRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dead := folderOf(t, folderPrefix+"dead", time.Hour)
	used := folderOf(t, folderPrefix+"used", time.Hour)
	young := folderOf(t, folderPrefix+"young", 0)
	elsewhere := folderOf(t, "elsewhere", time.Hour)
	link := filepath.Join(os.TempDir(), folderPrefix+"link")
	if err := os.Symlink(elsewhere, link); err != nil {
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
	for path, want := range map[string]bool{dead: false, used: true, young: true, link: true, filepath.Join(elsewhere, "twin.c"): true, dir: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v, want it there: %v", path, err, want)
		}
	}
	if _, err := lockFolder(dir); err == nil {
		t.Error("the new folder can be locked by others")
	}
}
