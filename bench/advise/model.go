package advise

import "math"

// Names of the ways, as reports have them.
const (
	Single     = "single"        // one goroutine
	Goroutines = "goroutines"    // as many as there are workers
	Engine     = "engine"        // its workers, over data that lies in the arena
	CopyIn     = "engine-copyin" // the same, copied into the arena first
	Pipe       = "pipe"          // worker processes that get each partition through a pipe
)

// Ways returns the names of all ways.
func Ways() []string { return []string{Single, Goroutines, Engine, CopyIn, Pipe} }

// Figures are what was measured of the machine, in ns and bytes a ns.
type Figures struct {
	CPUs      int                `json:"cpus"`
	Speed     float64            `json:"speed"`     // how much faster all CPUs compute than one
	Read1     float64            `json:"read1"`     // bytes a ns that one CPU reads from memory
	ReadAll   float64            `json:"read_all"`  // and all
	Copy      float64            `json:"copy"`      // bytes a ns that all copy
	PipeByte  float64            `json:"pipe_byte"` // ns that a byte takes through the pipes to all workers
	Start     float64            `json:"start"`     // of a process of this program
	Oversleep float64            `json:"oversleep"` // what a wait takes longer than it should
	Job, Task map[string]float64 `json:"-"`         // by way: ns of a job at all, and of each partition
	Crash     map[string]float64 `json:"-"`         // by way with processes: ns that a dead worker costs one worker
}

// speed is how much faster some CPUs compute than one.
func (f *Figures) speed(workers float64) float64 {
	cpus := math.Min(workers, float64(f.CPUs))
	if f.CPUs < 2 {
		return 1
	}
	return 1 + (f.Speed-1)*(cpus-1)/float64(f.CPUs-1)
}

// A Prediction is how long a way takes with partitions of a size, in ns.
type Prediction struct {
	Way       string
	Partition int64
	Parts     float64
	Hand      float64 // job and partitions handed out
	Move      float64 // bytes moved
	Work      float64 // the work itself
	Crashes   float64 // how many are to be expected
	Lost      float64 // what those cost
}

// Total is the whole time.
func (p Prediction) Total() float64 { return p.Hand + p.Move + p.Work + p.Lost }

// Predict puts figures and workload into the formulae.
func Predict(f *Figures, w Workload, way string, size int64) Prediction {
	size = min(size, w.Bytes)
	n := w.parts(size)
	p := Prediction{Way: way, Partition: size, Parts: n, Hand: f.Job[way] + n*f.Task[way]}
	switch way {
	case CopyIn:
		p.Move = float64(w.Bytes) / f.Copy
	case Pipe:
		p.Move = float64(w.Bytes) * f.PipeByte
	}
	workers := math.Min(float64(w.Workers), n)
	if way == Single {
		workers = 1
	}
	compute, wait := f.partition(w, size)
	p.Work = f.work(w, n, workers, compute, wait)
	p.crashes(f, w, workers, compute+wait)
	return p
}

// partition is the time of one partition on one worker: computing, and waiting.
func (f *Figures) partition(w Workload, size int64) (compute, wait float64) {
	bytes, cost := float64(size), math.Max(w.Cost, 1/f.Read1)
	if wait = bytes * cost * w.Wait; wait > 0 {
		return bytes * cost * (1 - w.Wait), wait + f.Oversleep
	}
	return bytes * cost, 0
}

// work is bounded by the chain of the worker that gets most, by the CPUs, and by the memory.
func (f *Figures) work(w Workload, n, workers, compute, wait float64) float64 {
	chain := math.Ceil(n/workers) * (compute + wait)
	cpus := n * compute / f.speed(workers)
	memory := 0.0
	if workers > 1 {
		memory = float64(w.Bytes) / f.ReadAll
	}
	return math.Max(chain, math.Max(cpus, memory))
}

// crashes adds what crashes cost. With processes that is a worker and half a partition
// each time. In one process everything done so far is lost, and the service is started
// again: until n partitions in a row have gone well.
func (p *Prediction) crashes(f *Figures, w Workload, workers, one float64) {
	r, n := w.Risk, p.Parts
	if r == 0 {
		return
	}
	if crash, ok := f.Crash[p.Way]; ok {
		p.Crashes = n * r / (1 - r)
		p.Lost = p.Crashes * (crash + one/2) / workers
		return
	}
	p.Crashes = math.Pow(1-r, -n) - 1
	runs := p.Crashes / (r * n) // how often all partitions are run, in the mean
	p.Lost = (runs-1)*(p.Hand+p.Work) + p.Crashes*f.Start
}

// Best returns the best partition of a way.
func Best(f *Figures, w Workload, way string) Prediction {
	best := Prediction{Way: way, Work: math.Inf(1)}
	for _, size := range w.sizes() {
		if p := Predict(f, w, way, size); p.Total() < best.Total() {
			best = p
		}
	}
	if math.IsInf(best.Work, 1) { // all are without end: a partition that loses least
		best = Predict(f, w, way, w.sizes()[len(w.sizes())-1])
	}
	return best
}

// near is how much slower than the best something may be to count as equal.
const near = 1.1

// Advice is what comes of the predictions.
type Advice struct {
	Way      string       // to take
	Best     []Prediction // of each way, the fastest first
	Catches  int64        // the partition from which the engine is within 10 % of goroutines; 0 for none
	PipeNear int64        // and pipes
}

// Recommend chooses the simplest of the ways that are within 10 % of the fastest.
func Recommend(f *Figures, w Workload) Advice {
	a := Advice{Catches: catches(f, w, Engine), PipeNear: catches(f, w, Pipe)}
	for _, way := range Ways() {
		a.Best = append(a.Best, Best(f, w, way))
	}
	fastest := math.Inf(1)
	for _, p := range a.Best {
		fastest = math.Min(fastest, p.Total())
	}
	for _, p := range a.Best { // they stand in the order of how simple they are
		if p.Total() <= fastest*near {
			a.Way = p.Way
			break
		}
	}
	sortBest(a.Best)
	return a
}

// catches is the least partition from which on a way is about as fast as goroutines.
func catches(f *Figures, w Workload, way string) (from int64) {
	for _, size := range w.sizes() {
		slow := Predict(f, w, way, size).Total() > near*Predict(f, w, Goroutines, size).Total()
		switch {
		case slow:
			from = 0
		case from == 0:
			from = size
		}
	}
	return from
}
