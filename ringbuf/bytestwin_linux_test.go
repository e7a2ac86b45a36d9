package ringbuf

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/shmengine/shmengine/bench/twin"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

//go:embed testdata/twin/ring.c
var twinRing string

// twinBlock is how many messages the one moves before it is the other's turn.
const twinBlock = 4000

// BenchmarkBytesBesideC is a ring of records and a ring of fixed slots in C, of the same capacity, in
// turns: what the machine does to the one it does to the other. "ratio" is how many times faster
// ours is: the median of the blocks.
func BenchmarkBytesBesideC(b *testing.B) {
	prog, err := twin.Compile(b.Context(), twinRing, "-O3", "-march=native")
	if err != nil {
		b.Skip(err)
	}
	defer prog.Close()
	mem, f := testmem.Shared(b, 2*bytesSize(b, bytesBenchCapacity))
	there, back := bytesLane(b, mem, func(m []byte) (*Bytes, error) {
		return NewBytes(m, BytesOptions{Capacity: bytesBenchCapacity})
	})
	peer := reexec.Start(b, bytesBenchPeer, reexec.Options{Files: []*os.File{f}})
	e := bytesEndIn(b, there, back)
	pin(0)
	defer runtime.UnlockOSThread()
	for _, size := range []int{64, 1024, 4096, 1 << 16} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			c := startTwin(b, prog.Path(), size, bytesBenchCapacity/size)
			b.SetBytes(int64(size))
			besideC(b, peer, e, c, make([]byte, size))
		})
	}
}

// besideC lets the two take turns.
func besideC(b *testing.B, peer *reexec.Proc, e bytesEnd, c *twinPair, buf []byte) {
	var ours, theirs, ratios []float64
	for left := b.N; left > 0; left -= twinBlock {
		n := min(left, twinBlock)
		b.StopTimer()
		t := c.move(b, n)
		peer.Say(fmt.Sprintln("copy", n, len(buf)))
		peer.Expect("go")
		b.StartTimer()
		begin := time.Now()
		for range n {
			e.push(buf)
		}
		e.pop(buf)
		o := float64(time.Since(begin)) / float64(n)
		ours, theirs, ratios = append(ours, o), append(theirs, t), append(ratios, t/o)
	}
	b.ReportMetric(median(ours), "ours-ns")
	b.ReportMetric(median(theirs), "C-ns")
	b.ReportMetric(median(ratios), "ratio")
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// twinPair is the producer and the consumer in C.
type twinPair struct {
	in  io.WriteCloser
	out *bufio.Reader
}

func startTwin(b *testing.B, path string, size, slots int) *twinPair {
	cmd := exec.Command(path, fmt.Sprint(size), fmt.Sprint(slots))
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	})
	return &twinPair{in, bufio.NewReader(out)}
}

// move is how many ns a message takes of n.
func (c *twinPair) move(b *testing.B, n int) float64 {
	var ns float64
	_, err := fmt.Fprintln(c.in, n)
	if err == nil {
		_, err = fmt.Fscan(c.out, &ns)
	}
	if err != nil {
		b.Fatal(err)
	}
	return ns / float64(n)
}
