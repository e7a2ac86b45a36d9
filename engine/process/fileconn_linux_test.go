package process_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// scribe writes its notes into the files that come with them, and sends the files back
// with what it knows of their descriptors.
var scribe = process.NewEntry("scribe", func([]string) error {
	c, err := process.InheritedFileConn(0)
	if err != nil {
		return err
	}
	for {
		note, files, err := c.Receive(context.Background())
		if err == io.EOF {
			return c.Close()
		}
		if err != nil {
			return err
		}
		for _, f := range files {
			flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
			if err != nil || flags&unix.FD_CLOEXEC == 0 {
				return fmt.Errorf("descriptor %d has flags %#x, %w", f.Fd(), flags, err)
			}
			if _, err := f.Write(note); err != nil {
				return err
			}
		}
		if err := c.Send(context.Background(), fmt.Appendf(nil, "%d", len(files)), files...); err != nil {
			return err
		}
		for _, f := range files {
			f.Close()
		}
	}
})

// Files go to a child that runs, and come back, whatever their numbers are here.
func TestFileConn(t *testing.T) {
	here, there, err := process.NewFileConn()
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, process.Command{Entry: scribe, Files: []*os.File{there}})
	there.Close()
	for i, n := range []int{1, 3, process.MaxFiles} {
		dir := t.TempDir()
		files := highFiles(t, dir, n)
		note := bytes.Repeat([]byte{byte('a' + i)}, []int{0, 5, process.MaxNote}[i])
		if err := here.Send(t.Context(), note, files...); err != nil {
			t.Fatal(err)
		}
		answer, back, err := here.Receive(t.Context())
		if err != nil || string(answer) != fmt.Sprint(n) || len(back) != n {
			t.Fatalf("%q, %d files, %v", answer, len(back), err)
		}
		for k, f := range back {
			got, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(k)))
			if err != nil || !bytes.Equal(got, note) {
				t.Errorf("file %d of %d has %d bytes, %v", k, n, len(got), err)
			}
			if _, err := f.WriteAt([]byte("!"), 0); err != nil {
				t.Errorf("file %d that came back: %v", k, err)
			}
			if err := errors.Join(f.Close(), files[k].Close()); err != nil {
				t.Error(err)
			}
		}
	}
	if err := here.Close(); err != nil {
		t.Error(err)
	}
	if n := code(t, p); n != 0 {
		t.Errorf("exit code %d: %s", n, p.StderrTail())
	}
}

// highFiles makes n files, whose descriptors are beyond what select could.
func highFiles(t *testing.T, dir string, n int) (files []*os.File) {
	t.Helper()
	for k := range n {
		f, err := os.Create(filepath.Join(dir, fmt.Sprint(k)))
		if err != nil {
			t.Fatal(err)
		}
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 300)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		files = append(files, os.NewFile(uintptr(fd), "high"))
	}
	return files
}

// connection is both ends in this process.
func connection(t *testing.T) (a *process.FileConn, raw *os.File) {
	t.Helper()
	a, raw, err := process.NewFileConn()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); raw.Close() })
	return a, raw
}

// Data without a file is an error, as is what no Send has written; the end is one.
func TestFileConnOfAPeer(t *testing.T) {
	c, raw := connection(t)
	for _, m := range []struct {
		data []byte
		want error
	}{{[]byte("\x00hello"), process.ErrNoFiles}, {make([]byte, 2*process.MaxNote), unix.EMSGSIZE}} {
		if _, err := raw.Write(m.data); err != nil {
			t.Fatal(err)
		}
		note, files, err := c.Receive(t.Context())
		if !errors.Is(err, m.want) || len(files) > 0 || m.want == process.ErrNoFiles && string(note) != "hello" {
			t.Errorf("%q, %d files, %v, want %v", note, len(files), err, m.want)
		}
	}
	raw.Close()
	if _, _, err := c.Receive(t.Context()); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
	if err := c.Send(t.Context(), nil, os.Stdin); !errors.Is(err, unix.EPIPE) {
		t.Errorf("to nobody: %v", err)
	}
}

// A context ends a wait, takes nothing that is there, and spoils nothing for the next.
func TestFileConnContext(t *testing.T) {
	c, raw := connection(t)
	over, cancel := contextSoonOver()
	defer cancel()
	ctx, stop := context.WithCancel(t.Context())
	go stop()
	if _, _, err := c.Receive(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing there: %v", err)
	}
	for range 3 { // each leaves the connection as it was
		if _, _, err := c.Receive(over); !errors.Is(err, context.Canceled) {
			t.Errorf("nothing there: %v", err)
		}
		if _, err := raw.Write([]byte("\x00x")); err != nil {
			t.Fatal(err)
		}
		if note, _, err := c.Receive(over); !errors.Is(err, process.ErrNoFiles) || string(note) != "x" {
			t.Errorf("something there: %q, %v", note, err)
		}
	}
	var err error
	for range 10_000 { // until the receiver is far behind
		if err = c.Send(over, make([]byte, process.MaxNote), os.Stdin); err != nil {
			break
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a full connection: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Receive(t.Context()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := c.Send(t.Context(), nil, os.Stdin); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// Without room for descriptors nothing stays open, and the next message is received.
func TestFileConnWithoutDescriptors(t *testing.T) {
	c, raw := connection(t)
	if err := unix.Sendmsg(int(raw.Fd()), []byte{0}, unix.UnixRights(0, 1, 2), nil, 0); err != nil {
		t.Fatal(err)
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	low, err := unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(low)
	none := limit
	none.Cur = uint64(low) + 1 // room for one of the three
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, files, err := c.Receive(t.Context())
	if rerr := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); rerr != nil {
		t.Fatal(rerr)
	}
	if !errors.Is(err, unix.EMFILE) || len(files) > 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
	if err := unix.Sendmsg(int(raw.Fd()), []byte{0}, unix.UnixRights(0), nil, 0); err != nil {
		t.Fatal(err)
	}
	if _, files, err = c.Receive(t.Context()); len(files) != 1 || err != nil {
		t.Errorf("the next one: %d files, %v", len(files), err)
	}
	for _, f := range files {
		f.Close()
	}
}

func TestFileConnMisuse(t *testing.T) {
	c, _ := connection(t)
	for _, misuse := range []func(){
		func() { _ = c.Send(t.Context(), nil) },
		func() { _ = c.Send(t.Context(), make([]byte, process.MaxNote+1), os.Stdin) },
		func() { _ = c.Send(t.Context(), nil, make([]*os.File, process.MaxFiles+1)...) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse()
		}()
	}
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := c.Send(t.Context(), nil, f); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file: %v", err)
	}
}
