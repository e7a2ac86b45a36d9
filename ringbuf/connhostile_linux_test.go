package ringbuf

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// strange sends a hello and descriptors to take, and returns its error.
func strange(t *testing.T, opt ConnOptions, hello []byte, fds ...int) error {
	t.Helper()
	lines, err := socketPair()
	noError(t, err)
	if _, _, err := lines[0].WriteMsgUnix(hello, unix.UnixRights(fds...), nil); err != nil {
		t.Fatal(err)
	}
	noError(t, lines[0].CloseWrite())
	c, err := take(lines[1], opt, "strange")
	if err == nil {
		c.Close()
	}
	lines[0].Close()
	return err
}

func goodHello() []byte {
	b := binary.LittleEndian.AppendUint64(nil, helloMagic)
	return append(binary.LittleEndian.AppendUint32(b, helloVersion), 0, 0, 0, 0)
}

// sealed is the file of a pipe of a connection, which change may change.
func sealed(t *testing.T, opt PipeOptions, change func(mem []byte)) *os.File {
	t.Helper()
	mem, f, err := newMemory(pipeSize(t, opt))
	noError(t, err)
	t.Cleanup(func() { f.Close(); noError(t, mem.unmap()) })
	must[*Pipe](t)(NewPipe(mem, opt))
	if change != nil {
		change(mem)
	}
	return f
}

// unsealed is memory that can shrink.
func unsealed(t *testing.T, size int64) int {
	fd, err := unix.MemfdCreate("unsealed", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	noError(t, err)
	t.Cleanup(func() { _ = unix.Close(fd) })
	noError(t, unix.Ftruncate(fd, size))
	return fd
}

func opened(t *testing.T, path string) int {
	f := must[*os.File](t)(os.Open(path))
	t.Cleanup(func() { f.Close() })
	return fdOf(f)
}

func fdOf(f *os.File) int { return int(f.Fd()) }

// TestConnStrangeClients: whatever a client sends, it is refused with an error, and nothing of it
// stays: TestMain looks for its descriptors.
func TestConnStrangeClients(t *testing.T) {
	opt := PipeOptions{Capacity: 4096}
	good := sealed(t, opt, nil)
	null, program := opened(t, "/dev/null"), opened(t, "/proc/self/exe")
	version := goodHello()
	version[8]++
	for what, c := range map[string]struct {
		hello []byte
		fds   []int
		want  error
	}{
		"garbage":         {[]byte("GET / HTTP/1.1\r\n"), []int{fdOf(good)}, ErrMagic},
		"half a hello":    {goodHello()[:9], []int{fdOf(good)}, ErrMagic},
		"a version":       {version, []int{fdOf(good)}, ErrVersion},
		"no memory":       {goodHello(), nil, ErrCorrupt},
		"two memories":    {goodHello(), []int{fdOf(good), fdOf(good)}, ErrCorrupt},
		"ten memories":    {goodHello(), slices.Repeat([]int{fdOf(good)}, 10), ErrCorrupt},
		"can shrink":      {goodHello(), []int{unsealed(t, 1<<16)}, ErrCorrupt},
		"a device":        {goodHello(), []int{null}, ErrCorrupt},
		"a program":       {goodHello(), []int{program}, ErrCorrupt},
		"one direction":   {goodHello(), []int{fdOf(sealed(t, PipeOptions{4096, true}, nil))}, ErrCorrupt},
		"not formatted":   {goodHello(), []int{fdOf(sealed(t, opt, func(m []byte) { clear(m) }))}, ErrMagic},
		"a ring too far":  {goodHello(), []int{fdOf(sealed(t, opt, func(m []byte) { bytesHeader{1, 1 << 20}.write(m[offPipeRings:]) }))}, ErrSize},
		"many producers":  {goodHello(), []int{fdOf(sealed(t, opt, func(m []byte) { bytesHeader{2, 4096}.write(m[offPipeRings:]) }))}, ErrCorrupt},
		"a role is taken": {goodHello(), []int{fdOf(sealed(t, opt, func(m []byte) { word32(m[offPipeRings:], offConsumer).Store(2) }))}, ErrBusy},
		"a tail":          {goodHello(), []int{fdOf(sealed(t, opt, func(m []byte) { word64(m[offPipeRings:], offBytesTail).Store(1 << 40) }))}, ErrCorrupt},
	} {
		if err := strange(t, ConnOptions{}, c.hello, c.fds...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if err := strange(t, ConnOptions{MaxMemory: 4096}, goodHello(), fdOf(good)); !errors.Is(err, ErrSize) {
		t.Errorf("more memory than is taken: %v", err)
	}
	if err := strange(t, ConnOptions{}, goodHello(), fdOf(good)); err != nil {
		t.Errorf("a right one: %v", err)
	}
}

// TestConnListenerSurvives: clients that go wrong do not reach Accept, and the next right one does.
func TestConnListenerSurvives(t *testing.T) {
	l := listenHere(t, ConnOptions{})
	for _, s := range []string{"", "x", strings.Repeat("garbage ", 1000)} {
		c := must[net.Conn](t)(net.Dial("unix", l.Addr().String()))
		_, _ = c.Write([]byte(s))
		c.Close()
	}
	right := dialHere(t, l, ConnOptions{})
	must[int](t)(right.Write([]byte("r")))
	if n, err := acceptHere(t, l).Read(make([]byte, 2)); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestConnHostilePeer: garbage in the rings is an error for whoever uses them, and the connection
// can be closed.
func TestConnHostilePeer(t *testing.T) {
	a, b, err := ConnPair(ConnOptions{Capacity: 4096})
	noError(t, err)
	defer b.Close()
	must[int](t)(a.Write([]byte("data")))
	b.end.in.data.at(0).Store(1 << 31)
	for range 2 {
		if _, err := b.Read(make([]byte, 10)); !errors.Is(err, ErrCorrupt) {
			t.Errorf("read: %v", err)
		}
	}
	if _, err := a.Write([]byte("more")); !errors.Is(err, ErrCorrupt) {
		t.Errorf("write: %v", err)
	}
	noError(t, a.Close())
}

// TestConnOptions refuses what cannot be.
func TestConnOptions(t *testing.T) {
	for _, opt := range []ConnOptions{{Capacity: -1}, {Capacity: maxData + 1}, {MaxMemory: -1}} {
		_, derr := Dial(t.Context(), "@nobody", opt)
		_, lerr := Listen("@nobody", opt)
		_, _, perr := ConnPair(opt)
		for _, err := range []error{derr, lerr, perr} {
			if !errors.Is(err, ErrSize) {
				t.Errorf("%+v: %v", opt, err)
			}
		}
	}
	if _, err := Listen("/nowhere/s", ConnOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
