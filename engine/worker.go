package engine

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/shmengine/shmengine/engine/process"
	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/spin"
	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// Exit codes of a worker.
const (
	exitOK     = 0
	exitFailed = 1
	exitGoexit = 3
	exitOther  = 4 // other program or other kernels
	exitSpent  = 5 // has run Config.MaxTasks tasks
	exitIdle   = 6 // had nothing to do for Config.IdleTimeout
	exitLeft   = 7 // was told to leave
	exitGrown  = 8 // has more memory than Config.RecycleMemory
)

// A member is the worker process itself, from inside.
type member struct {
	index   int
	id      futex.ID
	control control
	self    *workerSlot
	ring    *ringbuf.Consumer[descriptor]
	specs   []*spec
	bounds  []*bound // by kernel; nil until it is first run
	task    Task
	tasks   tasker
	limit   int           // of tasks; 0 none
	idle    time.Duration // after which it ends; 0 never
	memory  growth
}

// workerMain is a worker's life.
func workerMain(index string) (code int, err error) {
	os.Unsetenv(workerEnv)
	memory, limit := takeNumber(memoryEnv), takeNumber(tasksEnv)
	idle, most := takeNumber(idleEnv), takeNumber(recycleEnv)
	initializer := os.Getenv(initEnv)
	os.Unsetenv(initEnv)
	// A foreign namespace is no reason to refuse: the kernel's signal is there.
	if err := process.EndWithParent(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return exitFailed, err
	}
	signal.Ignore(os.Interrupt)
	// No collection while kernels run: they leave no garbage, but a limit must be.
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(max(memory, 16<<20))

	i, err := strconv.Atoi(index)
	if err != nil {
		return exitFailed, fmt.Errorf("%s=%q is not an index", workerEnv, index)
	}
	w, err := attach(i)
	if err != nil {
		return exitFailed, err
	}
	specs, hash := seal()
	if hash != w.control.registry {
		w.self.state.Store(stateRefused)
		w.signal()
		return exitOther, errors.New("this program registers other kernels than its coordinator")
	}
	w.specs, w.bounds = specs, make([]*bound, len(specs))
	w.tasks, w.limit, w.idle, w.memory.most = w.tasker(), int(limit), time.Duration(idle), most
	return w.work(initializer)
}

// work takes the worker's limits upon it, runs its initializer, and serves until the end.
func (w *member) work(initializer string) (code int, err error) {
	if err := w.confine(); err != nil {
		return exitFailed, err
	}
	if err := runInitializer(initializer); err != nil {
		return exitFailed, err
	}
	w.self.member.Store(uint32(w.id))
	w.self.state.Store(stateReady)
	w.signal()
	return w.loop()
}

// takeNumber takes a number out of the environment, so that no child of this process has
// it; 0 if there is none.
func takeNumber(name string) int64 {
	n, _ := strconv.ParseInt(os.Getenv(name), 10, 64)
	os.Unsetenv(name)
	return n
}

// attach maps both arenas and takes the consumer's end of the worker's ring.
func attach(i int) (*member, error) {
	arenas := [2]*shmarena.Arena{}
	for n, name := range []string{controlFile: "control", dataFile: "data"} {
		f, err := process.Inherited(n, name)
		if err != nil {
			return nil, err
		}
		if arenas[n], err = shmarena.FromFD(f.Fd()); err != nil {
			return nil, fmt.Errorf("attach %s: %w", name, err)
		}
		f.Close()
	}
	c, err := openControl(arenas[controlFile], i)
	if err != nil {
		return nil, err
	}
	// Spinning workers take the CPU from those that work.
	spin.SetCrowded(int(c.workers.Load()) >= runtime.NumCPU())
	ring, err := ringbuf.AttachSPSC[descriptor](c.ring(i))
	if err != nil {
		return nil, err
	}
	self := c.arena.Member()
	w := &member{index: i, id: self.ID(), control: c, self: &c.worker[i]}
	from, size := arenas[dataFile].Addresses()
	w.self.dataFrom.Store(uint64(from))
	w.self.dataSize.Store(uint64(size))
	w.ring, err = ring.Consumer(self)
	return w, err
}

// loop serves jobs and tasks until the coordinator closes the ring.
func (w *member) loop() (int, error) {
	for {
		var d descriptor
		err := w.ring.TryPop(&d)
		if errors.Is(err, ringbuf.ErrEmpty) {
			if code := w.leaves(); code != 0 {
				w.tasks.yield()
				return code, nil
			}
			if w.tasks.step() || w.sweep() || w.tasks.fallBehind() {
				continue
			}
			d, err = w.rest()
		}
		switch {
		case err == nil:
			w.obey(d)
		case errors.Is(err, errIdle):
			return exitIdle, nil
		case errors.Is(err, ringbuf.ErrClosed):
			return exitOK, nil
		default:
			return exitFailed, err
		}
	}
}

// sweep looks at every open job before the worker sleeps: a ring may have been
// full, and a dead worker's partitions may be waiting. It reports whether it
// did any.
func (w *member) sweep() (worked bool) {
	if w.control.opened.Load() == 0 {
		return false
	}
	for slot := range w.control.job {
		if gen := w.control.job[slot].gen.Load(); gen&1 == 1 {
			worked = w.serve(refOf(slot, gen)) || worked
		}
	}
	return worked
}

// serve runs partitions of the job ref until none is to be had.
func (w *member) serve(ref jobRef) (worked bool) {
	slot, ok := ref.slot()
	if !ok {
		return false
	}
	w.tasks.leave()
	// While current names the job its slot is not written again. The coordinator
	// steps gen and then looks at current; the worker does it the other way round.
	w.self.current.Store(uint64(ref))
	defer w.self.current.Store(0)
	s := &w.control.job[slot]
	if s.gen.Load() != ref.gen() || s.cancel.Load() != 0 || !w.mayServe(s) {
		return false
	}
	var b *bound
	for from := w.start(s); ; {
		i, e, ok := w.claim(s, &from)
		if !ok {
			return worked
		}
		if b == nil {
			b = w.bind(s)
		}
		w.partition(b, i, e)
		worked = true
		if w.turn(); w.mustLeave() {
			return worked
		}
	}
}

// signal tells the coordinator that there is news.
func (w *member) signal() {
	w.control.events.Add(1)
	if w.control.drowsy.Load() != 0 { // pairs with processes.listen
		futex.Wake(&w.control.events, 1)
	}
}
