package advise

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/shmengine/shmengine/bench/worker"
	"github.com/shmengine/shmengine/engine/process"
)

// How much of a workload is run to check the predictions.
const (
	checkNs   = 300e6 // about how long the fastest way may take
	checkMost = 4e9   // and no way that is predicted to take longer is run
	checkRuns = 3
)

// A Checked is what a way took beside what was predicted.
type Checked struct {
	Prediction
	Took    float64 // the median, in ns; 0 if it was not run
	Least   float64 // of the runs
	Crashes int     // of the last run
	Reason  string  // why it was not run
}

// check runs work of the workload's shape in each way, at the partition that is best for
// that way, and returns the workload that was run: as much of the whole as there is time for.
func (b *bench) check(ctx context.Context, f *Figures) (Workload, []Checked, error) {
	w := b.scaled(f)
	var all []Checked
	for _, way := range Ways() {
		c := Checked{Prediction: Best(f, w, way)}
		if c.Total() > checkMost {
			c.Reason = "predicted to take " + nanos(c.Total())
		} else if err := b.checkOne(ctx, f, w, &c); err != nil {
			return w, nil, err
		}
		all = append(all, c)
	}
	slices.SortStableFunc(all, func(a, b Checked) int { return order(a.Total(), b.Total()) })
	return w, all, nil
}

// scaled is the workload, less of it if it is too much.
func (b *bench) scaled(f *Figures) Workload {
	w := b.w
	for w.Bytes > int64(dataWords)*8 || w.Bytes > 2*leastBytes && fastest(f, w) > checkNs {
		w.Bytes /= 2
	}
	w.Bytes &^= 7
	return w
}

func fastest(f *Figures, w Workload) float64 {
	least := math.Inf(1)
	for _, way := range Ways() {
		least = math.Min(least, Best(f, w, way).Total())
	}
	return least
}

// jobOf makes work of a workload's shape, cut into partitions of a size.
func (b *bench) jobOf(f *Figures, w Workload, size int64) *job {
	j := &job{data: b.data[:w.Bytes/8], part: int(size / 8)}
	bytes := float64(size)
	compute := bytes * math.Max(w.Cost, 1/f.Read1) * (1 - w.Wait)
	j.Read, j.Risk = 1, threshold(w.Risk)
	j.Turns = uint64(math.Max(0, compute-bytes/f.Read1) / b.turn)
	j.WaitNs = int64(bytes * w.Cost * w.Wait)
	return j
}

func (b *bench) checkOne(ctx context.Context, f *Figures, w Workload, c *Checked) error {
	j := b.jobOf(f, w, c.Partition)
	_, apart := f.Crash[c.Way]
	var all []float64
	for i := range checkRuns + 1 {
		j.Seed = mix(uint64(i))
		took, err := 0.0, error(nil)
		if w.Risk > 0 && !apart {
			took, c.Crashes, err = b.service(ctx, f, c.Way, j)
		} else {
			took, err = b.timed(ctx, c.Way, j)
		}
		if err != nil {
			return err
		}
		if i > 0 {
			all = append(all, took)
		}
	}
	c.Took, c.Least = middle(all), slices.Min(all)
	b.step()
	return nil
}

// serviceEntry runs a job in one process, which dies with the first partition that crashes.
var serviceEntry = process.NewEntry("shmbench/advise/service", func(args []string) error {
	var n [7]uint64
	for i := range n {
		v, err := strconv.ParseUint(args[i], 10, 64)
		if err != nil {
			return err
		}
		n[i] = v
	}
	j := &job{data: make([]uint64, n[0]), part: int(n[1]), task: task{Turns: n[2], WaitNs: int64(n[3]), Seed: n[4], Risk: n[5], Read: 1}}
	for i := range j.data {
		j.data[i] = mix(uint64(i))
	}
	out := os.NewFile(4, "pipe")
	say := [1]uint64{}
	if _, err := out.Write(bytesOf(say[:])); err != nil { // now it begins
		return err
	}
	sum, err := inProcess{int(n[6])}.attempt(context.Background(), j, 0)
	say[0] = sum
	_, werr := out.Write(bytesOf(say[:]))
	return errors.Join(err, werr)
})

// service runs a job in one process until it has gone well, starting the process again each
// time that it has died. Its start counts as what starts were measured to take.
func (b *bench) service(ctx context.Context, f *Figures, way string, j *job) (took float64, crashes int, err error) {
	for ; ; crashes++ {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		sum, ns, died, err := b.life(j, b.ways[way].(inProcess).workers, mix(j.Seed^uint64(crashes)))
		if err != nil {
			return 0, 0, err
		}
		took += ns
		if died {
			took += f.Start
			continue
		}
		if sum != j.want() {
			return 0, 0, fmt.Errorf("%s: %w", way, errSum)
		}
		return took, crashes, nil
	}
}

// life is one process of a service.
func (b *bench) life(j *job, workers int, seed uint64) (sum uint64, ns float64, died bool, err error) {
	var args []string
	for _, v := range []uint64{uint64(len(j.data)), uint64(j.part), j.Turns, uint64(j.WaitNs), seed, j.Risk, uint64(workers)} {
		args = append(args, strconv.FormatUint(v, 10))
	}
	w, err := worker.Start(process.Command{Entry: serviceEntry, Args: args})
	if err != nil {
		return 0, 0, false, err
	}
	defer func() { err = errors.Join(err, worker.Close([]*worker.Worker{w})) }()
	var word [1]uint64
	if _, err := io.ReadFull(w.From, bytesOf(word[:])); err != nil {
		return 0, 0, false, w.Lost(err)
	}
	begin := time.Now()
	_, rerr := io.ReadFull(w.From, bytesOf(word[:]))
	return word[0], float64(time.Since(begin).Nanoseconds()), rerr != nil, nil
}
