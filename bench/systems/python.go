package systems

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/shmengine/shmengine/bench/byhour"
	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

//go:embed pool.py
var poolScript string

// poolChunk is how many rows a chunk of the Python pool has: the fastest of
// the powers of two tried.
const poolChunk = 64 << 10

// ErrNoPython says that there is no python3 to compare with.
var ErrNoPython = errors.New("python3 is not there")

// pyPool is the job in Python's multiprocessing.Pool: chunks are pickled to the
// pool's processes, as that library does it.
type pyPool struct {
	path    string
	workers int
	version string
	live    *pyJob
}

// NewPyPool finds python3. Its processes start with a Job, because a pool's
// data is where the pool is made.
func NewPyPool(workers int) (System, error) {
	path, err := exec.LookPath("python3")
	if err != nil {
		return nil, ErrNoPython
	}
	return &pyPool{path: path, workers: workers}, nil
}

func (p *pyPool) Name() string { return PyPool }

func (p *pyPool) PIDs() []int {
	if p.live == nil {
		return nil
	}
	return append(worker.PIDs([]*worker.Worker{p.live.w}), p.live.pool...)
}

func (p *pyPool) Close() error {
	if p.live == nil {
		return nil
	}
	return p.live.Close()
}

// pyJob is one Python program with its pool.
type pyJob struct {
	owner    *pyPool
	w        *worker.Worker
	lines    *bufio.Reader
	lifeline *os.File // while it is open here, the Python processes live
	pool     []int
}

func (p *pyPool) Prepare(ctx context.Context, c flights.Columns) (_ Job, err error) {
	table, err := newTable(c.Date, c.Delay, c.Distance)
	if err != nil {
		return nil, err
	}
	defer table.Close()
	r, lifeline, err := worker.NewPipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	w, err := worker.Start(process.Command{
		Path: p.path,
		Args: []string{"-c", poolScript, strconv.Itoa(p.workers), strconv.Itoa(c.Len()), strconv.Itoa(poolChunk)},
	}, table, r)
	if err != nil {
		return nil, errors.Join(err, lifeline.Close())
	}
	j := &pyJob{owner: p, w: w, lines: bufio.NewReaderSize(w.From, 64<<10), lifeline: lifeline}
	p.live = j
	var hello struct {
		PIDs    []int
		Version string
	}
	if err := j.read(ctx, &hello); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	j.pool, p.version = hello.PIDs, hello.Version
	return j, nil
}

// read reads one line of JSON. A context that ends kills the program.
func (j *pyJob) read(ctx context.Context, to any) error {
	stop := context.AfterFunc(ctx, func() { _ = j.w.Child.Kill() })
	line, err := j.lines.ReadBytes('\n')
	if !stop() {
		return ctx.Err()
	}
	if err != nil {
		return j.lost(err)
	}
	return json.Unmarshal(line, to)
}

// lost waits a moment for the program's last words.
func (j *pyJob) lost(err error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = j.w.Child.Join(ctx)
	return j.w.Lost(err)
}

func (j *pyJob) UserCopied() int64 { return 0 }

func (j *pyJob) Close() error {
	if j.owner.live != j {
		return nil
	}
	j.owner.live = nil
	return errors.Join(worker.Close([]*worker.Worker{j.w}), j.lifeline.Close())
}

// pyAnswer is what the program prints.
type pyAnswer struct {
	Hours [byhour.Hours]struct {
		N        int64
		Mean, M2 float64
		Min, Max float64
		Hist     [byhour.Cells]int64
	}
	Co struct {
		N     int64
		MeanX float64 `json:"mean_x"`
		MeanY float64 `json:"mean_y"`
		M2X   float64 `json:"m2_x"`
		M2Y   float64 `json:"m2_y"`
		CXY   float64 `json:"c_xy"`
	}
}

func (j *pyJob) Run(ctx context.Context) (*byhour.Partial, error) {
	if err := writeAll(j.w.To, [][]byte{[]byte("run\n")}); err != nil {
		return nil, j.w.Lost(err)
	}
	var a pyAnswer
	if err := j.read(ctx, &a); err != nil {
		return nil, fmt.Errorf("%s: %w", PyPool, err)
	}
	return a.partial(), nil
}

func (a *pyAnswer) partial() *byhour.Partial {
	p := new(byhour.Partial)
	for h, g := range a.Hours {
		to := &p.Hour[h]
		to.N, to.Mean, to.M2, to.Min, to.Max = g.N, g.Mean, g.M2, g.Min, g.Max
		copy(p.Hist[h*byhour.Cells:], g.Hist[:])
	}
	p.Co.N, p.Co.MeanX, p.Co.MeanY = a.Co.N, a.Co.MeanX, a.Co.MeanY
	p.Co.M2X, p.Co.M2Y, p.Co.CXY = a.Co.M2X, a.Co.M2Y, a.Co.CXY
	return p
}
