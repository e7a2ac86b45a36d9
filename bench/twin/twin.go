package twin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shmengine/shmengine/engine/process"
)

// ErrNone says that a twin cannot be had, and why.
var ErrNone = errors.New("no program to compare with")

// A Program is a compiled twin: its file has no name any more.
type Program struct{ exe *os.File }

// Compile compiles a twin in a folder that is gone when it returns.
func Compile(ctx context.Context, text string, flags ...string) (_ *Program, err error) {
	cc, err := Compiler()
	if err != nil {
		return nil, err
	}
	return build(func(dir, exe string) error {
		source := filepath.Join(dir, "twin.c")
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			return err
		}
		return compile(ctx, process.Command{Path: cc, Args: append(slices.Clone(flags), "-o", exe, source)}, dir)
	})
}

// build has a compiler write a program into a folder, which is gone when it returns.
func build(compile func(dir, exe string) error) (_ *Program, err error) {
	dir, unlock, err := newFolder()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir), unlock()) }()
	exe := filepath.Join(dir, "twin")
	if err := compile(dir, exe); err != nil {
		return nil, err
	}
	f, err := os.Open(exe)
	if err != nil {
		return nil, err
	}
	return &Program{f}, nil
}

// folderPrefix begins the name of the folder that the twin is compiled in.
const folderPrefix = "shmbench-twin-"

// newFolder makes a folder that is locked, so that others see that it is in use,
// and removes those that a killed process has left.
func newFolder() (dir string, unlock func() error, err error) {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*"))
	for _, old := range left {
		sweepFolder(old)
	}
	if dir, err = os.MkdirTemp("", folderPrefix); err != nil {
		return "", nil, err
	}
	f, err := lockFolder(dir)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, f.Close, nil
}

// young is how long a folder may be there without its lock: it was just made.
const young = time.Minute

// sweepFolder removes a folder that nobody uses. What cannot be removed is
// somebody else's, or the next one's to try.
func sweepFolder(dir string) {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || time.Since(info.ModTime()) < young {
		return
	}
	if f, err := lockFolder(dir); err == nil {
		_ = os.RemoveAll(dir)
		_ = f.Close()
	}
}

// Compiler finds the system's C compiler: $CC, or cc, gcc or clang.
func Compiler() (string, error) {
	names := []string{"cc", "gcc", "clang"}
	if cc := os.Getenv("CC"); cc != "" {
		names = []string{cc}
	}
	for _, name := range names {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%w: there is no C compiler (%s)", ErrNone, strings.Join(names, ", "))
}

// compile runs a compiler, whose own temporary files go into dir too.
func compile(ctx context.Context, c process.Command, dir string) error {
	c.Env = append(c.Env, "TMPDIR="+dir, "LC_ALL=C")
	c.Stdout, c.Stderr, c.IgnoreInterrupt = io.Discard, io.Discard, true
	p, err := process.Start(c)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNone, err)
	}
	if err := p.Join(ctx); err != nil {
		return errors.Join(ctx.Err(), p.Terminate(), p.Join(context.Background()))
	}
	if code, _ := p.ExitCode(); code != 0 {
		first, _, _ := strings.Cut(strings.TrimSpace(p.StderrTail()), "\n")
		return fmt.Errorf("%w: %s: %v: %s", ErrNone, c.Path, p, first)
	}
	return nil
}

// Path is how a child finds the program: by this process's descriptor, whatever
// the child's own are.
func (p *Program) Path() string { return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), p.exe.Fd()) }

// Close gives the file up; children that run it go on.
func (p *Program) Close() error { return p.exe.Close() }
