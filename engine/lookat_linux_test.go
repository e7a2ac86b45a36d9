package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/shmarena"
)

// lookedAt is a process with a named engine that has done something.
var lookedAt = reexec.Register("engine/lookedat", func(c *reexec.Child) {
	arena := leaktest.Name("looked-at")
	e, err := Start(context.Background(), Config{Workers: 2, ArenaSize: 64 << 20, Name: arena})
	if err != nil {
		c.Fatalf("start: %v", err)
	}
	x, err := shmarena.CopyIn(e.Arena(), randoms(30*LeafRows))
	if err != nil {
		c.Fatalf("copy in: %v", err)
	}
	for range 3 {
		if _, err := sumKernel.Run(context.Background(), e, x); err != nil {
			c.Fatalf("run: %v", err)
		}
	}
	c.Say(arena)
	inside, err := json.Marshal(e.Snapshot(false))
	if err != nil {
		c.Fatalf("snapshot: %v", err)
	}
	c.Say(string(inside))
	c.At("worked")
	if err := e.Close(); err != nil {
		c.Fatalf("close: %v", err)
	}
	c.At("closed")
})

// Another process sees what the engine itself sees; a dead engine is none.
func TestLookAt(t *testing.T) {
	p := reexec.Start(t, lookedAt, reexec.Options{Arm: []string{"worked"}})
	arena := p.Hear()
	var inside Snapshot
	if err := json.Unmarshal([]byte(p.Hear()), &inside); err != nil {
		t.Fatal(err)
	}
	p.WaitAt("worked")
	s, err := LookAt(arena, true)
	if err != nil {
		t.Fatal(err)
	}
	if s.Rows != 3*30*LeafRows || s.Jobs != 3 || s.Partitions != 90 || s.Name != arena || len(s.Workers) != 2 {
		t.Errorf("%+v", s)
	}
	if s.Coordinator.PID != p.PID() || !s.Started.Equal(inside.Started) && s.Started.Sub(inside.Started).Abs() > time.Second {
		t.Errorf("coordinator %d, want %d, started %v and %v", s.Coordinator.PID, p.PID(), s.Started, inside.Started)
	}
	for i, w := range s.Workers {
		in := inside.Workers[i]
		if w.Usage.PID != in.Usage.PID || w.Usage.PSS == 0 || w.Usage.RSS == 0 || w.Rows < in.Rows || w.State == WorkerGone || w.State == WorkerStarting {
			t.Errorf("from inside %+v\nfrom outside %+v", in, w)
		}
	}
	p.Kill()
	if _, err := LookAt(arena, false); !errors.Is(err, ErrNoEngine) {
		t.Errorf("of a dead coordinator: %v", err)
	} else {
		wantText(t, err, "has died")
	}
	for _, name := range []string{arena, arena + controlSuffix} {
		if err := shmarena.Unlink(name); err != nil {
			t.Error(err)
		}
	}
}

// What the coordinator did itself is seen from outside too, and it is in the sums.
func TestLookAtHelp(t *testing.T) {
	name := leaktest.Name("helped")
	e := start(t, Config{Workers: 1, Help: true, Name: name, ArenaSize: 64 << 20})
	pid := e.WorkerPIDs()[0]
	stopAll(t, pid) // whatever is done the helper does
	t.Cleanup(func() {
		_ = continueProcess(pid)
		if err := shmarena.Unlink(name); err != nil {
			t.Error(err)
		}
	})
	haveHelp(t, e)
	s, err := LookAt(name, false)
	if err != nil {
		t.Fatal(err)
	}
	want := WorkerStats{Worker: -1, Partitions: 3, Tasks: 2, Rows: 3 * LeafRows, Bytes: s.Helper.Bytes, Failures: 2}
	if s.Helper != want || s.Helper.Bytes < 8*3*LeafRows {
		t.Errorf("from outside %+v, want %+v", s.Helper, want)
	}
	if w := s.Workers[0]; s.Partitions != 3+w.Partitions || s.Tasks != 2+w.Tasks || s.Failures != 2+w.Failures {
		t.Errorf("the sums are %v, of a worker's %+v and a helper's %+v", s.Stats, w, s.Helper)
	}
	if inside := e.Snapshot(false); inside.Helper != s.Helper {
		t.Errorf("from inside %+v, from outside %+v", inside.Helper, s.Helper)
	}
	if err := errors.Join(continueProcess(pid), e.Close()); err != nil {
		t.Fatal(err)
	}
	if last := e.Snapshot(false); last.Helper != s.Helper || last.Tasks < 2 {
		t.Errorf("after Close %+v", last)
	}
}

// haveHelp has three partitions and two tasks done, and one of each fail.
func haveHelp(t *testing.T, e *Engine) {
	t.Helper()
	if _, err := sumKernel.Run(deadline(t, patience), e, share(t, e, randoms(3*LeafRows))); err != nil {
		t.Fatal(err)
	}
	if err := badKernel.Run(deadline(t, patience), e, 1, helpMode{0}); err == nil {
		t.Error("a panic is no error")
	}
	must[int](t)(squareFunc.Submit(t.Context(), e, 3))
	if r, err := submit(t, e, doFunc, returnKnown).Result(deadline(t, patience)); err == nil {
		t.Error(r)
	}
}

// Close takes the name of the control arena away and leaves that of the data.
func TestLookAtClosed(t *testing.T) {
	name := leaktest.Name("closed")
	e := start(t, Config{Workers: 1, Name: name, ArenaSize: 1 << 20})
	if s, err := LookAt(name, false); err != nil || s.Coordinator.PID != os.Getpid() {
		t.Errorf("of this process: %+v, %v", s, err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := LookAt(name, false); !errors.Is(err, ErrNoEngine) {
		t.Errorf("of a closed engine: %v", err)
	} else {
		wantText(t, err, "no engine with worker processes")
	}
	if err := shmarena.Unlink(name); err != nil {
		t.Error(err)
	}
	if _, err := LookAt(name, false); !errors.Is(err, ErrNoEngine) {
		t.Errorf("of nothing: %v", err)
	}
}

// stranger is an arena that looks like an engine's by its name.
func stranger(t testing.TB) (name string, a *shmarena.Arena) {
	t.Helper()
	name = leaktest.Name("stranger")
	a, err := shmarena.Create(shmarena.Options{Name: name + controlSuffix, Size: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = shmarena.Unlink(name + controlSuffix)
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return name, a
}

func TestLookAtStrangers(t *testing.T) {
	name, a := stranger(t)
	if _, err := LookAt(name, false); !errors.Is(err, ErrNoEngine) {
		t.Errorf("of an arena without a block: %v", err)
	}
	other, err := shmarena.Alloc[uint64](a, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Publish(controlName, other); err != nil {
		t.Fatal(err)
	}
	if _, err := LookAt(name, false); !errors.Is(err, ErrNoEngine) {
		t.Errorf("of another type: %v", err)
	} else {
		wantText(t, err, "version")
	}
	for _, bad := range []string{"", "a/b", "..", string(make([]byte, 300))} {
		if _, err := LookAt(bad, false); err == nil {
			t.Errorf("%q is looked at", bad)
		}
	}
}

// engineOf makes the arena of a stranger one of an engine with three workers, all of them
// this process.
func engineOf(t *testing.T, a *shmarena.Arena) (block []byte) {
	t.Helper()
	x, err := shmarena.Alloc[controlBlock](a, 1)
	if err != nil {
		t.Fatal(err)
	}
	c := &x.Slice()[0]
	c.magic, c.version = controlMagic, controlVersion
	c.workers.Store(3)
	c.member = uint32(a.Member().ID())
	for i := range c.worker[:3] {
		c.worker[i].member.Store(c.member)
		c.worker[i].state.Store(stateReady)
	}
	if err := a.Publish(controlName, x); err != nil {
		t.Fatal(err)
	}
	return bytesOf(x.Slice())
}

// FuzzLookAt reads a control block of somebody hostile, in an arena whose tables are
// damaged too. It must say something, and end.
func FuzzLookAt(f *testing.F) {
	f.Add(uint32(0), []byte{})
	f.Add(uint32(8), []byte{255, 255, 255, 255, 255, 255, 255, 255})
	f.Add(uint32(400), []byte("0123456789abcdef0123456789abcdef"))
	f.Fuzz(func(t *testing.T, at uint32, junk []byte) {
		name, a := stranger(t)
		block := engineOf(t, a)
		copy(block[int(at)%len(block):], junk)
		s, err := LookAt(name, false)
		if err == nil && (len(s.Workers) > maxWorkers || s.Coordinator.PID != os.Getpid()) {
			t.Errorf("%+v", s)
		}
		for _, w := range s.Workers {
			if w.Spun < 0 || w.Parked < 0 {
				t.Errorf("%+v", w)
			}
		}
		file, err := os.OpenFile("/dev/shm/shmarena-"+name+controlSuffix, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := file.WriteAt(junk[:min(len(junk), 4096)], int64(300000+at%300000)); err != nil { // names and spans
			t.Fatal(err)
		}
		_, _ = LookAt(name, false)
	})
}
