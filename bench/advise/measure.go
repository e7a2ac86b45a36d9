package advise

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/shmengine/shmengine/bench/report"
	"github.com/shmengine/shmengine/engine/process"
)

// How the machine is measured.
const (
	repeats    = 7
	fewParts   = 8
	manyParts  = 2000
	tinyWords  = 8
	crashParts = 32
	crashRisk  = 0.25
)

// dataWords is how much there is to work on: more than caches hold. Tests take less.
var dataWords = 64 << 20 / 8

// bench is what measures: the ways, started, and data for them.
type bench struct {
	Options
	w     Workload
	data  []uint64
	ways  map[string]way
	turn  float64 // ns of one turn of burn, alone
	ticks int
}

// startEntry does nothing: it is how long a process takes to be there.
var startEntry = process.NewEntry("shmbench/advise/start", func([]string) error { return nil })

// open starts the ways.
func (b *bench) open(ctx context.Context) error {
	b.data = make([]uint64, dataWords)
	for i := range b.data {
		b.data[i] = mix(uint64(i))
	}
	e, err := startEngine(ctx, b.w.Workers, int64(dataWords)*8)
	if err != nil {
		return err
	}
	b.ways = map[string]way{
		Single: inProcess{1}, Goroutines: inProcess{b.w.Workers},
		Engine: &inEngine{e: e, owner: true}, CopyIn: &inEngine{e: e, copyIn: true},
	}
	if b.ways[Pipe], err = newPiped(b.w.Workers); err != nil {
		delete(b.ways, Pipe)
	}
	return err
}

func (b *bench) close() (err error) {
	for _, name := range []string{Pipe, CopyIn, Engine} { // the engine is the last's
		if w := b.ways[name]; w != nil {
			err = errors.Join(err, w.close())
		}
	}
	return err
}

// timed runs a job in a way and returns how long it took, in ns. The sum must be right.
func (b *bench) timed(ctx context.Context, name string, j *job) (float64, error) {
	if e, ok := b.ways[name].(*inEngine); ok {
		if err := e.prepare(j); err != nil {
			return 0, err
		}
	}
	begin := time.Now()
	got, err := b.ways[name].run(ctx, j)
	took := time.Since(begin)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	if b.Corrupt == name {
		got++
	}
	if want := j.want(); got != want {
		return 0, fmt.Errorf("%s: %w: %d instead of %d", name, report.ErrWrong, got, want)
	}
	return float64(took.Nanoseconds()), nil
}

// median is that of some runs, behind one that does not count.
func (b *bench) median(ctx context.Context, name string, n int, j *job) (float64, error) {
	var all []float64
	for i := range n + 1 {
		took, err := b.timed(ctx, name, j)
		if err != nil {
			return 0, err
		}
		if i > 0 {
			all = append(all, took)
		}
	}
	b.step()
	return middle(all), nil
}

func middle(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// measurements is how many step calls there are, about.
const measurements = 20

func (b *bench) step() {
	if b.ticks = min(b.ticks+1, measurements); b.Progress != nil {
		b.Progress(b.ticks, measurements)
	}
}

// figures measures everything that the formulae need.
func (b *bench) figures(ctx context.Context) (*Figures, error) {
	f := &Figures{CPUs: runtime.GOMAXPROCS(0), Job: map[string]float64{}, Task: map[string]float64{}, Crash: map[string]float64{}}
	b.machine(f)
	for _, name := range Ways() {
		if err := b.dispatch(ctx, f, name); err != nil {
			return nil, err
		}
	}
	j := &job{data: b.data, part: 1 << 20 / 8}
	took, err := b.median(ctx, Pipe, repeats, j)
	if err != nil {
		return nil, err
	}
	f.PipeByte = math.Max(0, took-f.Job[Pipe]-float64(j.parts())*f.Task[Pipe]) / float64(len(j.data)*8)
	if f.Start, err = startTime(ctx); err != nil {
		return nil, err
	}
	for _, name := range []string{Engine, CopyIn, Pipe} {
		if err := b.crash(ctx, f, name); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// machine measures computing, reading, copying and waiting.
func (b *bench) machine(f *Figures) {
	const turns = 1 << 19
	sums := make([]uint64, 8*f.CPUs) // each in a line of its own
	alone := best(5*repeats, func() { sums[0] += burn(turns) })
	b.turn = alone / turns
	together := best(5*repeats, func() { onAll(f.CPUs, func(i int) { sums[8*i] += burn(turns) }) })
	f.Speed = math.Max(1, float64(f.CPUs)*alone/together)
	bytes := float64(len(b.data) * 8)
	var sink uint64
	f.Read1 = bytes / best(repeats, func() { sink += add(b.data) })
	f.ReadAll = math.Max(f.Read1, bytes/best(repeats, func() {
		onAll(f.CPUs, func(i int) { sums[8*i] = add(b.data[len(b.data)*i/f.CPUs : len(b.data)*(i+1)/f.CPUs]) })
		sink += add(sums)
	}))
	runtime.KeepAlive(sink)
	half := len(b.data) / 2
	to := make([]uint64, half)
	f.Copy = bytes / 2 / best(repeats, func() { copyAll(to, b.data[:half], b.w.Workers) })
	const nap = time.Millisecond
	f.Oversleep = math.Max(0, best(repeats, func() { time.Sleep(nap) })-float64(nap))
	b.step()
}

// best is the least that something took, behind a run that does not count: whatever
// disturbs makes it longer.
func best(n int, f func()) float64 {
	least := math.Inf(1)
	f()
	for range n {
		begin := time.Now()
		f()
		least = math.Min(least, float64(time.Since(begin).Nanoseconds()))
	}
	return least
}

func onAll(n int, f func(int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// dispatch measures a way's jobs of few and of many partitions with nothing in them: the
// line through both.
func (b *bench) dispatch(ctx context.Context, f *Figures, name string) error {
	var took [2]float64
	for i, parts := range []int{fewParts, manyParts} {
		var err error
		j := &job{data: b.data[:parts*tinyWords], part: tinyWords}
		if e, ok := b.ways[name].(*inEngine); ok && e.copyIn { // the same as without the copy
			f.Job[name], f.Task[name] = f.Job[Engine], f.Task[Engine]
			return nil
		}
		if took[i], err = b.median(ctx, name, repeats, j); err != nil {
			return err
		}
	}
	f.Task[name] = math.Max(0, took[1]-took[0]) / (manyParts - fewParts)
	f.Job[name] = math.Max(0, took[0]-fewParts*f.Task[name])
	return nil
}

// crash measures what a dead worker costs: the same job with crashes and without.
func (b *bench) crash(ctx context.Context, f *Figures, name string) error {
	if name == CopyIn {
		f.Crash[name] = f.Crash[Engine]
		return nil
	}
	j := &job{data: b.data[:crashParts*tinyWords], part: tinyWords}
	without, err := b.median(ctx, name, 3, j)
	if err != nil {
		return err
	}
	j.task = task{Seed: 1, Risk: threshold(crashRisk)}
	with, err := b.median(ctx, name, 3, j)
	crashes := 0.0
	for i := range j.parts() {
		for a := 0; j.crashes(i, a); a++ {
			crashes++
		}
	}
	f.Crash[name] = math.Max(0, with-without) / crashes * math.Min(float64(b.w.Workers), crashParts)
	return err
}

// startTime is how long a process of this program takes from being asked for to its end.
func startTime(ctx context.Context) (float64, error) {
	var all []float64
	for range repeats {
		begin := time.Now()
		p, err := process.Start(process.Command{Entry: startEntry, IgnoreInterrupt: true})
		if err != nil {
			return 0, err
		}
		if err := p.Join(ctx); err != nil {
			return 0, errors.Join(err, p.Kill())
		}
		all = append(all, float64(time.Since(begin).Nanoseconds()))
	}
	return middle(all), nil
}
