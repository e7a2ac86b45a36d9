package ringbuf

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/internal/testmem"
)

// The benchmarks move records, and streams, between two processes pinned to CPUs 0 and 1; see
// bench_linux_test.go for what that means. Each message is written whole by the one process and
// read by the other: copied out, or in place one word of each cache line.
const bytesBenchCapacity = 4 << 20

// bytesEnd is one process's sides of a ring there and a ring back.
type bytesEnd struct {
	p *BytesProducer
	c *BytesConsumer
}

func bytesEndIn(tb testmem.TB, out, in *Bytes) bytesEnd {
	m := (&town{}).member(3)
	p, err := out.Producer(m)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	c, err := in.Consumer(m)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	if plainStores && registerBarrier() { // as after the first thousand messages
		p.fast, c.fast = goPlain(out.plainPush), goPlain(in.plainPop)
	}
	return bytesEnd{p, c}
}

func bytesLane(tb testmem.TB, mem []byte, open func([]byte) (*Bytes, error)) (there, back *Bytes) {
	there, err := open(mem[:len(mem)/2])
	if err != nil {
		tb.Fatalf("%v", err)
	}
	back, err = open(mem[len(mem)/2:])
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return there, back
}

func (e bytesEnd) push(b []byte) {
	for e.p.TryPush(b) != nil {
		spin.Pause(1)
		spin.Checkpoint()
	}
}

func (e bytesEnd) pop(b []byte) {
	for {
		if _, err := e.c.TryPop(b); err == nil {
			return
		}
		spin.Pause(1)
		spin.Checkpoint()
	}
}

// fillInPlace writes a record where it stands.
func (e bytesEnd) fillInPlace(n int) {
	l, err := e.p.TryClaim(n)
	for err != nil {
		spin.Pause(1)
		spin.Checkpoint()
		l, err = e.p.TryClaim(n)
	}
	b := l.Bytes()
	clear(b)
	b[0] = 1
	_ = l.Commit()
}

// readInPlace reads one word of each cache line.
func (e bytesEnd) readInPlace() (sum uint64) {
	v, err := e.c.TryPeek()
	for err != nil {
		spin.Pause(1)
		spin.Checkpoint()
		v, err = e.c.TryPeek()
	}
	for b := v.Bytes(); len(b) >= 64; b = b[64:] {
		sum += binary.LittleEndian.Uint64(b)
	}
	v.Release()
	return sum
}

var bytesBenchPeer = reexec.Register("bytesBenchPeer", func(c *reexec.Child) {
	n, err := SizeBytes(bytesBenchCapacity)
	check(c, err)
	there, back := bytesLane(c, testmem.Map(c, c.File(0), 2*n), AttachBytes)
	e := bytesEndIn(c, back, there)
	pin(1)
	for {
		var what string
		var n, size int
		if _, err := fmt.Sscan(c.Hear(), &what, &n, &size); err != nil {
			c.Fatalf("%v", err)
		}
		buf := make([]byte, size)
		c.Say("go")
		for range n {
			switch what {
			case "echo":
				e.pop(buf)
				e.push(buf)
			case "copy":
				e.pop(buf)
			case "inPlace":
				e.readInPlace()
			}
		}
		e.push(nil)
	}
})

// BenchmarkBytes is a ring of records.
func BenchmarkBytes(b *testing.B) {
	mem, f := testmem.Shared(b, 2*bytesSize(b, bytesBenchCapacity))
	there, back := bytesLane(b, mem, func(m []byte) (*Bytes, error) {
		return NewBytes(m, BytesOptions{Capacity: bytesBenchCapacity})
	})
	peer := reexec.Start(b, bytesBenchPeer, reexec.Options{Files: []*os.File{f}})
	e := bytesEndIn(b, there, back)
	pin(0)
	defer runtime.UnlockOSThread()
	for _, c := range []struct {
		name string
		size int
	}{{"echo", 64}, {"copy", 64}, {"copy", 1024}, {"copy", 4096}, {"copy", 1 << 16}, {"copy", 1 << 20}, {"inPlace", 4096}, {"inPlace", 1 << 20}} {
		b.Run(fmt.Sprintf("%s/%d", c.name, c.size), func(b *testing.B) {
			buf := make([]byte, c.size)
			peer.Say(fmt.Sprintln(c.name, b.N, c.size))
			peer.Expect("go")
			b.SetBytes(int64(c.size))
			b.ResetTimer()
			for range b.N {
				switch c.name {
				case "echo":
					e.push(buf)
					e.pop(buf)
				case "copy":
					e.push(buf)
				case "inPlace":
					e.fillInPlace(c.size)
				}
			}
			e.pop(buf)
		})
	}
}

// connKinds are a connection of ours, one with less memory, and the rival.
var connKinds = []string{"shm", "shm256K", "unix"}

func dialKind(kind, path string) (net.Conn, error) {
	switch kind {
	case "shm":
		return Dial(context.Background(), path, ConnOptions{})
	case "shm256K":
		return Dial(context.Background(), path, ConnOptions{Capacity: 256 << 10})
	}
	c, err := net.Dial("unix", path)
	if err == nil {
		err = bigBuffers(c)
	}
	return c, err
}

func listenKind(kind, path string) (net.Listener, error) {
	if kind != "unix" {
		return Listen(path, ConnOptions{})
	}
	return net.Listen("unix", path)
}

// bigBuffers gives a Unix socket 4 MiB each way, as far as the system allows.
func bigBuffers(c net.Conn) error {
	if u, ok := c.(*net.UnixConn); ok {
		if err := u.SetWriteBuffer(4 << 20); err != nil {
			return err
		}
		return u.SetReadBuffer(4 << 20)
	}
	return nil
}

var connBenchPeer = reexec.Register("connBenchPeer", func(c *reexec.Child) {
	conn, err := dialKind(c.Args[0], c.Args[1])
	check(c, err)
	pin(1)
	for {
		var what string
		var n, size int
		if _, err := fmt.Sscan(c.Hear(), &what, &n, &size); err != nil {
			c.Fatalf("%v", err)
		}
		buf := make([]byte, size)
		c.Say("go")
		for range n {
			_, err := io.ReadFull(conn, buf)
			if err == nil && what == "echo" {
				_, err = conn.Write(buf)
			}
			check(c, err)
		}
		_, err := conn.Write(buf[:1])
		check(c, err)
	}
})

// BenchmarkConn is a stream, and a Unix socket beside it, through the same code.
func BenchmarkConn(b *testing.B) {
	for _, kind := range connKinds {
		path := filepath.Join(b.TempDir(), kind)
		l, err := listenKind(kind, path)
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		peer := reexec.Start(b, connBenchPeer, reexec.Options{Args: []string{kind, path}})
		conn, err := l.Accept()
		if err == nil {
			err = bigBuffers(conn)
		}
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		for _, c := range []struct {
			name string
			size int
		}{{"echo", 64}, {"stream", 4096}, {"stream", 1 << 16}} {
			b.Run(fmt.Sprintf("%s/%d/%s", c.name, c.size, kind), func(b *testing.B) { benchConn(b, peer, conn, c.name, c.size) })
		}
	}
}

func benchConn(b *testing.B, peer *reexec.Proc, conn net.Conn, what string, size int) {
	pin(0)
	defer runtime.UnlockOSThread()
	buf := make([]byte, size)
	peer.Say(fmt.Sprintln(what, b.N, size))
	peer.Expect("go")
	b.SetBytes(int64(size))
	b.ResetTimer()
	for range b.N {
		_, err := conn.Write(buf)
		if err == nil && what == "echo" {
			_, err = io.ReadFull(conn, buf)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	if _, err := io.ReadFull(conn, buf[:1]); err != nil {
		b.Fatal(err)
	}
}
