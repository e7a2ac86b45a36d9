package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/shmarena"
	"golang.org/x/sys/unix"
)

const midText = "1000 float64, sum 249750\n"

// What they read is what is there, by name and by descriptor.
func TestReadersFindArrays(t *testing.T) {
	a, name := filled(t)
	path := fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), a.File().Fd())
	for lang, r := range readers(t) {
		for _, arena := range []string{name, path} {
			if out, err := r.run(arena, "mid"); err != nil || out != midText {
				t.Errorf("%s: %s: %q, %v", lang, arena, out, err)
			}
		}
	}
}

// Names, types and arrays that are not there are refused with words.
func TestReadersRefuseArrays(t *testing.T) {
	a, name := filled(t)
	x, err := shmarena.CopyIn(a, []float64{1})
	if err == nil {
		err = errors.Join(a.Publish("freed", x), x.Free(), a.Publish(strings.Repeat("n", shmarena.MaxPublishedName), counterOf(t, a)))
	}
	if err != nil {
		t.Fatal(err)
	}
	for lang, r := range readers(t) {
		for array, want := range map[string]string{"none": "no array", "counter": "another type", "points": "another type", "freed": "freed",
			strings.Repeat("n", 55): "another type", strings.Repeat("n", 54): "no array"} {
			if out, err := r.run(name, array); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: array %s: %q, %v, want words %q", lang, array, out, err, want)
			}
		}
		if _, err := r.run(name+"-not", "mid"); err == nil || !strings.Contains(err.Error(), "No such file") {
			t.Errorf("%s: an arena that is not there: %v", lang, err)
		}
	}
}

func counterOf(t *testing.T, a *shmarena.Arena) shmarena.Array[uint64] {
	t.Helper()
	x, err := shmarena.Lookup[uint64](a, "counter")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A file that is not a whole arena of this version is refused: each bit of the header
// that is flipped, a file that was cut short, and one that is none.
func TestReadersRefuseFiles(t *testing.T) {
	a, _ := filled(t)
	head := make([]byte, 4096)
	if _, err := a.File().ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, content []byte, size int64) string {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.WriteFile(path, content, 0o600), os.Truncate(path, size)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	st, err := a.File().Stat()
	if err != nil {
		t.Fatal(err)
	}
	bad := map[string]string{
		file("short", head, st.Size()-1): "shorter", file("head", head[:127], 127): "not an arena", file("empty", nil, 0): "not an arena",
		dir: "", // a directory
	}
	for _, at := range []int{0, 7, 8, 12, 16, 23, 24, 28, 32, 40, 47, 48, 56, 64, 123, 124, 127} {
		flipped := bytes.Clone(head)
		flipped[at] ^= 1 << (at % 8)
		bad[file(fmt.Sprint("flipped", at), flipped, st.Size())] = map[bool]string{true: "not an arena", false: "corrupt"}[at < 8]
	}
	for lang, r := range readers(t) {
		for path, want := range bad {
			if out, err := r.run(path, "mid"); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Traceback") {
				t.Errorf("%s: %s: %q, %v, want words %q", lang, path, out, err, want)
			}
		}
		if out, err := r.run(file("good", head, st.Size()), "mid"); err == nil || !strings.Contains(err.Error(), "no array") {
			t.Errorf("%s: only the header: %q, %v", lang, out, err) // or the others prove nothing
		}
	}
}

// They see what is written after they have mapped it, notice that it was freed, and
// hold the readers' lock as long as they live.
func TestReadersSeeLiveArrays(t *testing.T) {
	for lang, r := range readers(t) {
		t.Run(lang, func(t *testing.T) {
			a, name := filled(t)
			x, err := shmarena.Lookup[float64](a, "mid")
			if err != nil {
				t.Fatal(err)
			}
			w := r.wait(t, name, "mid")
			w.expect(t, midText)
			if !lockedByReader(t, a) {
				t.Error("no lock is held")
			}
			x.Slice()[999] += 250
			fmt.Fprintln(w.in)
			w.expect(t, "1000 float64, sum 250000\n")
			if err := x.Free(); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(w.in)
			if err := w.in.Close(); err != nil { // it ends, whatever it has noticed
				t.Error(err)
			}
			var exit *exec.ExitError
			if err := w.cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("after the array was freed: %v", err)
			}
			if lockedByReader(t, a) {
				t.Error("the lock is held after the reader's end")
			}
		})
	}
}

// A killed reader leaves no lock.
func TestKilledReaderIsGone(t *testing.T) {
	for lang, r := range readers(t) {
		a, name := filled(t)
		w := r.wait(t, name, "mid")
		w.expect(t, midText)
		if err := w.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = w.cmd.Wait()
		if lockedByReader(t, a) {
			t.Errorf("%s: the lock is held by a dead reader", lang)
		}
	}
}

// lockedByReader asks the kernel whether somebody holds one of the readers' bytes.
func lockedByReader(t *testing.T, a *shmarena.Arena) bool {
	t.Helper()
	l := unix.Flock_t{Type: unix.F_WRLCK, Start: 1 << 48, Len: 2}
	if err := unix.FcntlFlock(a.File().Fd(), unix.F_OFD_GETLK, &l); err != nil {
		t.Fatal(err)
	}
	return l.Type != unix.F_UNLCK
}

// numpy has every kind of array, without a copy.
func TestNumpy(t *testing.T) {
	py := python(", numpy")
	if py == "" {
		t.Skip("NOT TESTED: examples/python/with_numpy.py, no python3 here has numpy (Debian: apt-get install python3-numpy)")
	}
	_, name := filled(t)
	out, err := reader{py, "../python/with_numpy.py"}.run(name)
	if err != nil {
		t.Fatal(err)
	}
	want := "mid float64 (1000,) 249750.0 owns its data: False\nmemmap True\npoints 6 3.0\n" +
		"table (2, 2) [[2.0, 12.0], [3.0, 13.0]]\nticks.npy int32 (3,) [5, 6, 7]\n"
	if out != want {
		t.Errorf("got\n%swant\n%s", out, want)
	}
}

// The program itself ends with its input and leaves nothing.
func TestRun(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stdin := os.Stdin
	defer func() { os.Stdin = stdin }()
	os.Stdin = r
	name, done := leaktest.Name("publish"), make(chan error, 1)
	go func() { done <- run(t.Context(), name) }()
	var a *shmarena.Arena
	for end := time.Now().Add(30 * time.Second); a == nil; time.Sleep(time.Millisecond) {
		if a, err = shmarena.Open(name); err != nil && time.Now().After(end) {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), <-done, a.Close()); err != nil {
		t.Error(err)
	}
}
