package ringbuf

import (
	"fmt"
	"io"
	"net"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// besideBlock is how many bytes the one moves before it is the other's turn.
const besideBlock = 16 << 20

// BenchmarkConnBesideUnix is a stream, and a Unix socket with buffers of 4 MiB, in turns: what the
// machine does to the one it does to the other. "ratio" is how many times faster ours is: the median
// of the blocks. It depends on where a virtual machine puts the two CPUs, so run it several times.
func BenchmarkConnBesideUnix(b *testing.B) {
	var peers [2]*reexec.Proc
	var conns [2]net.Conn
	for i, kind := range []string{"shm", "unix"} {
		path := filepath.Join(b.TempDir(), kind)
		l, err := listenKind(kind, path)
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		peers[i] = reexec.Start(b, connBenchPeer, reexec.Options{Args: []string{kind, path}})
		if conns[i], err = l.Accept(); err == nil {
			err = bigBuffers(conns[i])
		}
		if err != nil {
			b.Fatal(err)
		}
		defer conns[i].Close()
	}
	pin(0)
	defer runtime.UnlockOSThread()
	for _, size := range []int{4096, 1 << 16} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			b.SetBytes(int64(size))
			var us [2][]float64
			var ratios []float64
			for left := b.N; left > 0; left -= besideBlock / size {
				var ns [2]float64
				for i := range conns {
					ns[i] = stream(b, peers[i], conns[i], make([]byte, size), min(left, besideBlock/size))
					us[i] = append(us[i], ns[i]/1000)
				}
				ratios = append(ratios, ns[1]/ns[0])
			}
			b.ReportMetric(median(us[0]), "ours-us")
			b.ReportMetric(median(us[1]), "unix-us")
			b.ReportMetric(median(ratios), "ratio")
		})
	}
}

// stream is how many ns a write takes, of n that were read.
func stream(b *testing.B, peer *reexec.Proc, conn net.Conn, buf []byte, n int) float64 {
	peer.Say(fmt.Sprintln("stream", n, len(buf)))
	peer.Expect("go")
	begin := time.Now()
	for range n {
		if _, err := conn.Write(buf); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := io.ReadFull(conn, buf[:1]); err != nil {
		b.Fatal(err)
	}
	return float64(time.Since(begin)) / float64(n)
}
