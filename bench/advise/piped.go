package advise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// header goes before each partition through a pipe; the answer is one word.
type header struct {
	Part, Attempt, Words int64
	Task                 task
}

// most words of a partition that a worker makes room for.
const mostWords = mostPartition / 8

// pipeEntry is a worker: it reads partitions and answers each with its sum.
var pipeEntry = process.NewEntry("shmbench/advise/pipe", func([]string) error {
	in, out := os.NewFile(3, "pipe"), os.NewFile(4, "pipe")
	var h [1]header
	var words []uint64
	for {
		if _, err := io.ReadFull(in, bytesOf(h[:])); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		n := h[0].Words
		if n < 0 || n > mostWords {
			return fmt.Errorf("a partition of %d words", n)
		}
		if int64(cap(words)) < n {
			words = make([]uint64, n)
		}
		words = words[:n]
		if _, err := io.ReadFull(in, bytesOf(words)); err != nil {
			return err
		}
		sum := [1]uint64{h[0].Task.do(int(h[0].Part), int(h[0].Attempt), words)}
		if _, err := out.Write(bytesOf(sum[:])); err != nil {
			return err
		}
	}
})

// piped runs partitions in workers behind pipes. A worker that dies is replaced, and gets
// what it had not answered once more.
type piped struct{ ws []*worker.Worker }

func newPiped(workers int) (*piped, error) {
	p := &piped{}
	for range workers {
		w, err := startPiped()
		if err != nil {
			return nil, errors.Join(err, p.close())
		}
		p.ws = append(p.ws, w)
	}
	return p, nil
}

func startPiped() (*worker.Worker, error) {
	return worker.Start(process.Command{Entry: pipeEntry, Env: []string{"GOMAXPROCS=1"}})
}

func (p *piped) close() error { return worker.Close(p.ws) }

func (p *piped) run(ctx context.Context, j *job) (uint64, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	sums, errs := make([]uint64, len(p.ws)), make([]error, len(p.ws))
	for i := range p.ws {
		wg.Go(func() {
			f := &feed{w: &p.ws[i], j: j, next: &next}
			errs[i] = f.all(ctx)
			sums[i] = f.sum
		})
	}
	wg.Wait()
	total := uint64(0)
	for _, s := range sums {
		total += s
	}
	return total, errors.Join(append(errs, ctx.Err())...)
}

// ahead is how many partitions are written before an answer is awaited: while one is
// computed the next is on its way.
const ahead = 2

// feed gives one worker partitions.
type feed struct {
	w    **worker.Worker
	j    *job
	next *atomic.Int64
	sum  uint64
	open []try // written and not answered, the oldest first
	buf  []byte
}

// try is a partition with how many workers died of it.
type try struct{ part, attempt int }

func (f *feed) all(ctx context.Context) error {
	for ctx.Err() == nil {
		for len(f.open) < ahead {
			i := int(f.next.Add(1)) - 1
			if i >= f.j.parts() {
				break
			}
			f.open = append(f.open, try{part: i})
			if f.write(f.open[len(f.open)-1]) != nil {
				break // it has died: reading will tell
			}
		}
		if len(f.open) == 0 {
			return nil
		}
		var sum [1]uint64
		if _, err := io.ReadFull((*f.w).From, bytesOf(sum[:])); err != nil {
			if err := f.replace(err); err != nil {
				return err
			}
			continue
		}
		f.sum += sum[0]
		f.open = f.open[1:]
	}
	return nil
}

// write sends one partition; a small one in one call.
func (f *feed) write(t try) error {
	part := f.j.slice(t.part)
	h := [1]header{{int64(t.part), int64(t.attempt), int64(len(part)), f.j.task}}
	const small = 64 << 10
	if len(part)*8 <= small {
		f.buf = append(append(f.buf[:0], bytesOf(h[:])...), bytesOf(part)...)
		_, err := (*f.w).To.Write(f.buf)
		return err
	}
	if _, err := (*f.w).To.Write(bytesOf(h[:])); err != nil {
		return err
	}
	_, err := (*f.w).To.Write(bytesOf(part))
	return err
}

// replace starts a worker for one that died of the oldest partition, and sends it
// everything again that is open.
func (f *feed) replace(cause error) error {
	if f.j.Risk == 0 {
		return (*f.w).Lost(cause)
	}
	old := *f.w
	fresh, err := startPiped()
	if err != nil {
		return err
	}
	*f.w = fresh
	f.open[0].attempt++
	if err := worker.Close([]*worker.Worker{old}); err != nil {
		return err
	}
	for _, t := range f.open {
		if f.write(t) != nil {
			return nil // that one is dead too: reading will tell
		}
	}
	return nil
}
