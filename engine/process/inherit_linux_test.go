package process_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/shmengine/shmengine/engine/process"
)

// The witness is ls, which opens the directory at the lowest free number.
func TestDescriptors(t *testing.T) {
	for range 5 { // earlier children, some of them still running
		start(t, child(hang))
	}
	var raw []int // descriptors without close-on-exec, as C code or a shell leaves them
	for _, at := range []int{40, 41, 700} {
		must(unix.Dup3(0, at, 0))
		raw = append(raw, at)
	}
	defer func() {
		for _, fd := range raw {
			must(unix.Close(fd))
		}
	}()
	for n := range 3 {
		var files []*os.File
		want := []string{"0", "1", "2"}
		for i := range n {
			files = append(files, os.Stdin)
			want = append(want, fmt.Sprint(3+i))
		}
		want = append(want, fmt.Sprint(3+n))
		out := new(buffer)
		p := start(t, process.Command{Path: "ls", Args: []string{"/proc/self/fd"}, Files: files, Stdout: out})
		join(t, p)
		if got := strings.Fields(out.String()); !slices.Equal(got, want) {
			t.Errorf("%d files: child has descriptors %v, want %v", n, got, want)
		}
	}
}

func TestNilFileIsClosed(t *testing.T) {
	out := new(buffer)
	join(t, start(t, process.Command{
		Path: "ls", Args: []string{"/proc/self/fd"}, Files: []*os.File{nil, os.Stdin}, Stdout: out,
	}))
	// 3 is free, so ls opens the directory there.
	if got, want := out.String(), "0\n1\n2\n3\n4\n"; got != want {
		t.Errorf("child has %q, want %q", got, want)
	}
}

// reader says what it gets through its inherited file, and what its own children have.
var reader = role("reader", func([]string) {
	f, err := process.Inherited(0, "pipe")
	must(err)
	line, err := bufio.NewReader(f).ReadString('\n')
	must(err)
	fmt.Print(line)
	_, err = process.Inherited(7, "none")
	fmt.Println(errors.Is(err, unix.EBADF))
	ls := exec.Command("ls", "/proc/self/fd") // not through this package
	ls.Stderr = os.Stderr
	out, err := ls.Output()
	must(err)
	fmt.Println(strings.Fields(string(out)))
})

func TestInheritedFile(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { must(errors.Join(r.Close(), w.Close())) }()
	m := newMouth(t)
	c := child(reader)
	c.Files, c.Stdout = []*os.File{r}, m
	p := start(t, c)
	if !nonblocking(t, r) {
		t.Error("Start changed the blocking mode of a passed file")
	}
	if _, err := io.WriteString(w, "through the pipe\n"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"through the pipe", "true", "[0 1 2 3]"} {
		if got := m.hear(); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	join(t, p)
}

// nonblocking reports the mode of an open file.
func nonblocking(tb testing.TB, f *os.File) (yes bool) {
	tb.Helper()
	conn, err := f.SyscallConn()
	if err != nil {
		tb.Fatal(err)
	}
	if err := conn.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		yes = err == nil && flags&unix.O_NONBLOCK != 0
	}); err != nil {
		tb.Fatal(err)
	}
	return yes
}

// envs prints the variables that it was asked for, and does the same in a child.
var envs = role("envs", func(args []string) {
	must(process.EndWithParent())
	show := func() {
		for _, name := range args[1:] {
			v, ok := os.LookupEnv(name)
			fmt.Printf("%s=%q,%v ", name, v, ok)
		}
		fmt.Println()
	}
	show()
	if args[0] == "deep" {
		p, err := process.Start(process.Command{Args: append([]string{"flat"}, args[1:]...)})
		must(err)
		<-p.Done()
	}
})

func TestEnvironment(t *testing.T) {
	t.Setenv("SHMENGINE_PROCESS_TEST_A", "old")
	before := os.Environ()
	m := newMouth(t)
	c := child(envs, "deep", "SHMENGINE_PROCESS_TEST_A", "GOMAXPROCS", "SHMENGINE_LIFELINE")
	c.Env = append(c.Env, "SHMENGINE_PROCESS_TEST_A=first", "GOMAXPROCS=1", "SHMENGINE_PROCESS_TEST_A=")
	c.Stdout, c.Lifeline = m, true
	p := start(t, c)
	want := `SHMENGINE_PROCESS_TEST_A="",true GOMAXPROCS="1",true SHMENGINE_LIFELINE="",false `
	for range 2 {
		if got := m.hear(); got != want {
			t.Errorf("heard %q, want %q", got, want)
		}
	}
	if got := code(t, p); got != 0 {
		t.Errorf("exit code %d: %s", got, p.StderrTail())
	}
	if !slices.Equal(os.Environ(), before) {
		t.Error("the environment of this process changed")
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	out := new(buffer)
	join(t, start(t, process.Command{Path: "pwd", Args: []string{"-P"}, Dir: dir, Stdout: out}))
	if got := strings.TrimSpace(out.String()); got != dir {
		t.Errorf("child ran in %q, want %q", got, dir)
	}
}
