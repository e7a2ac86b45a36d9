package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/words"
	"github.com/shmengine/shmengine/ringbuf"
	"github.com/shmengine/shmengine/shmarena"
)

// withoutJanitor has nobody look after tasks but those who submit and run them: the timer
// is taken to be under way already.
func withoutJanitor(e *Engine) {
	e.tasks.mu.Lock()
	e.tasks.janitor = true
	e.tasks.mu.Unlock()
}

// No task waits for the timer. They are submitted after pauses around the lengths of a
// worker's waits: while it watches a cell, while it spins, just when it falls asleep, and
// while it sleeps. Nobody waits for them in a way that would offer them anew.
func TestNoTaskIsRescuedByTheTimer(t *testing.T) {
	rounds := 1500
	if os.Getenv("SHMENGINE_STRESS") != "" {
		rounds = 100_000
	}
	for _, workers := range []int{1, 2, 3} {
		e := start(t, Config{Workers: workers})
		withoutJanitor(e)
		var wg sync.WaitGroup
		for g := range 2 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(workers), uint64(g)))
				for x := range rounds / workers {
					f, err := squareFunc.Submit(t.Context(), e, x)
					if err != nil {
						t.Error(err)
						return
					}
					for begin := time.Now(); !f.look(); { // tells nobody
						if time.Since(begin) > patience {
							t.Errorf("%d workers: task %d is %v", workers, x, f.State())
							return
						}
						time.Sleep(time.Duration(r.IntN(3)) * 20 * time.Microsecond)
					}
					for pause := time.Duration(r.IntN(300)) * time.Microsecond; pause > 0; pause = 0 {
						time.Sleep(pause)
					}
				}
			})
		}
		wg.Wait()
	}
}

// A worker that is stopped while it watches its cell does not keep a task from others.
func TestStoppedWatcher(t *testing.T) {
	e := start(t, Config{Workers: 2})
	for round := range 20 {
		f := submit(t, e, pidFunc, struct{}{})
		pid, err := f.Result(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		stopAll(t, pid) // it watches the cell of f, unless this took long
		got, err := squareFunc.Submit(t.Context(), e, round)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := got.Result(deadline(t, patience)); r != round*round || err != nil {
			t.Errorf("round %d: %d, %v", round, r, err)
		}
		if err := continueProcess(pid); err != nil {
			t.Fatal(err)
		}
	}
}

// newBoard is a coordinator's side without an engine, and a worker's side.
func newBoard(t *testing.T) (ts *tasks, crew *listCrew, k *tasker, put func() *future) {
	t.Helper()
	crew, b := new(listCrew), new(taskBoard)
	ts = newTasks(nil, b, crew)
	ts.janitor = true
	specs, _ := seal()
	k = &tasker{board: b, specs: specs, self: new(workerSlot), counts: new(workerStats), id: 77, runs: make([]taskRun, len(specs)),
		watch: &b.watch[1], by: 2, last: -1, news: func(cell int) { b.report(cell) }}
	put = func() *future {
		f := &Future[int]{plan: squareFunc.results}
		f.sink, f.count = taskSink[int]{f}, 1
		var record [2]uint64
		record[1] = 3
		squareFunc.args.Put(putRecord(bytesOf(record[:]), 0, 8), new(int))
		posted, err := ts.post(context.Background(), &f.future, offer{fn: squareFunc.spec, count: 1, level: 1, args: 16}, bytesOf(record[:]))
		if !posted || err != nil {
			t.Fatal(posted, err)
		}
		return &f.future
	}
	return ts, crew, k, put
}

// A task goes without a word to the worker that watches the cell, and to nobody else.
func TestWatchedCell(t *testing.T) {
	ts, crew, k, put := newBoard(t)
	first := put()
	if ts.board.empty() || !k.step() || !first.look() {
		t.Fatal("the first task was not hinted, or not run")
	}
	ts.board.rest(0)
	k.look()
	watched := put()
	if !ts.board.empty() || len(crew.woken) != 0 || watched.cell != first.cell {
		t.Fatalf("a task of a watched cell was hinted, or woke %v", crew.woken)
	}
	if !k.try(k.last) || !watched.look() {
		t.Fatal("it was not run from there")
	}
	// What is put there after the last look, and before the word is taken back, is run.
	late := put()
	if !k.leave() || !late.look() {
		t.Error("a task that came at last was left alone")
	}
	if k.leave() {
		t.Error("left twice")
	}
	put() // nobody watches: it goes to the idle one
	if want := [][2]int{{0, first.cell}}; !slices.Equal(crew.woken, want) {
		t.Errorf("woken %v, want %v", crew.woken, want)
	}
}

// A worker that watches and gets something else to do gives back what was put into its
// cell: the coordinator hints it to all.
func TestWatcherGivesBack(t *testing.T) {
	ts, _, k, put := newBoard(t)
	put()
	k.step()
	k.look()
	ts.sweep()
	f := put()
	if !ts.board.empty() {
		t.Fatal("not handed over")
	}
	k.yield()
	if ts.hear(); ts.board.empty() {
		t.Error("nobody knows of the task")
	}
	if !k.step() || !f.look() {
		t.Error("not run")
	}
}

// So does one that found a hint that came when it had looked, and so watches while it runs it.
func TestWatcherFindsAHint(t *testing.T) {
	ts, _, k, put := newBoard(t)
	put()
	k.step()
	k.look()
	ts.sweep()
	watched, hinted := put(), put()
	if ts.board.empty() || !k.hinted() || !hinted.look() {
		t.Fatal("there was no hint, or it was not found")
	}
	if ts.hear(); ts.board.empty() {
		t.Error("nobody knows of the task in the cell that was watched")
	}
	if !k.step() || !watched.look() {
		t.Error("not run")
	}
}

// Hints are older than what comes now: a watched cell does not overtake them.
func TestWatchedCellDoesNotOvertake(t *testing.T) {
	ts, _, k, put := newBoard(t)
	put()
	k.step()
	ts.sweep()
	a := put() // takes the cell, which nobody watches yet
	k.look()
	b := put()
	ts.withdraw(a, errCancelled)
	c := put()
	if !ts.cells[b.cell].handed && ts.cells[c.cell].handed {
		t.Error("a task was put before one that is hinted")
	}
}

// Where workers wait for a CPU a task is hinted to all, and an idle one is woken to look.
func TestTightMachine(t *testing.T) {
	ts, crew, k, put := newBoard(t)
	ts.cpus = 1
	ts.board.rest(0)
	f := put()
	ts.board.rest(2)
	ts.tell(f) // the one who was woken may be stopped
	if want := [][2]int{{0, -1}, {2, -1}}; !slices.Equal(crew.woken, want) {
		t.Errorf("woken %v, want %v", crew.woken, want)
	}
	if !k.step() || !f.look() {
		t.Error("another worker does not find it")
	}
}

// A worker that is stopped between a hint and its claim keeps nothing from others.
func TestLostHint(t *testing.T) {
	ts, _, k, put := newBoard(t)
	f := put()
	var seen uint64
	if cell, ok := ts.board.hints[1].next(&seen); !ok || cell != f.cell { // and no more
		t.Fatal(cell, ok)
	}
	ts.tell(f)
	if !k.step() || !f.look() {
		t.Error("not offered again")
	}
}

// A descriptor that finds no room in a worker's ring is not the only notice.
func TestFullRing(t *testing.T) {
	ts, crew, k, put := newBoard(t)
	crew.full = true
	ts.board.rest(0)
	f := put()
	if ts.board.empty() {
		t.Fatal("nobody knows of the task")
	}
	if !k.step() || !f.look() {
		t.Error("not run")
	}
}

// A hint that came after the last look, and before the worker said that it rests, is seen
// before it sleeps. The ring is closed here: who sleeps comes back with that.
func TestLastLookBeforeSleep(t *testing.T) {
	_, _, k, put := newBoard(t)
	a, err := shmarena.Create(shmarena.Options{Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	size, err := ringbuf.SizeSPSC[descriptor](4)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := ringbuf.NewSPSC[descriptor](words.Aligned(size), 4)
	if err != nil {
		t.Fatal(err)
	}
	w := &member{index: 1, tasks: *k}
	if w.ring, err = ring.Consumer(a.Member()); err != nil {
		t.Fatal(err)
	}
	_ = ring.Close()
	f := put()
	if d, err := w.rest(); err != nil || d != (descriptor{}) {
		t.Fatalf("%+v, %v: a worker sleeps although there is a task", d, err)
	}
	if w.tasks.board.idle[0].Load() != 0 {
		t.Error("it is taken for idle")
	}
	if !w.tasks.step() || !f.look() {
		t.Error("not run")
	}
	if _, err := w.rest(); !errors.Is(err, ringbuf.ErrClosed) {
		t.Errorf("nothing to do: %v", err)
	}
}
