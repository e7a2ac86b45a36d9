package member

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/testmem"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// rig is a segment with a table and some words, mapped in this process.
type rig struct {
	region []byte
	file   *os.File
	n      int
}

const rigWords = 64

func rigSize(n int) int { return TableSize(n) + 4*rigWords }

// newRig makes a segment with a table of n slots.
func newRig(tb testmem.TB, n int) *rig {
	region, file := testmem.Shared(tb, rigSize(n))
	return &rig{region: region, file: file, n: n}
}

// attachRig maps a segment that another process has made.
func attachRig(tb testmem.TB, file *os.File, n int) *rig {
	return &rig{region: testmem.Map(tb, file, rigSize(n)), file: file, n: n}
}

// config returns what a member of the rig joins with.
func (r *rig) config(tb testmem.TB, sweep func(futex.ID) error) Config {
	tb.Helper()
	return Config{Mem: r.region[:TableSize(r.n):TableSize(r.n)], Region: r.region, Lock: r.lock(tb), Sweep: sweep}
}

// lock opens the file anew.
func (r *rig) lock(tb testmem.TB) *os.File {
	tb.Helper()
	f, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", r.file.Fd()), os.O_RDWR, 0)
	if err != nil {
		tb.Fatalf("open the lock file: %v", err)
	}
	return f
}

// join joins a member that leaves at the end of the test, if it has not.
func (r *rig) join(tb testmem.TB, sweep func(futex.ID) error) *Member {
	tb.Helper()
	m, err := Join(r.config(tb, sweep))
	if err != nil {
		tb.Fatalf("Join: %v", err)
	}
	tb.Cleanup(func() { _ = m.Leave() })
	return m
}

func (r *rig) word(i int) *atomic.Uint32 { return wordAt(r.region, TableSize(r.n)+4*i) }

func (r *rig) slot(i int) *slot {
	t, err := newTable(r.region[:TableSize(r.n)])
	if err != nil {
		panic(err)
	}
	return &t.slots[i]
}

// die ends a member of this process as a kill would: the kernel drops its locks
// and nothing else happens.
func die(m *Member) {
	m.left.Store(true)
	m.cancel()
	m.watchers.Wait()
	m.line.end()
	_ = m.lock.file.Close()
}

// recorder is a Sweep that notes what it is called for.
type recorder struct {
	swept chan futex.ID
	fail  atomic.Bool
}

func newRecorder() *recorder { return &recorder{swept: make(chan futex.ID, 1000)} }

func (r *recorder) sweep(id futex.ID) error {
	if r.fail.Load() {
		return os.ErrInvalid
	}
	r.swept <- id
	return nil
}

func (r *recorder) all() []futex.ID {
	var ids []futex.ID
	for {
		select {
		case id := <-r.swept:
			ids = append(ids, id)
		default:
			return ids
		}
	}
}

func files(r *rig) []*os.File { return []*os.File{r.file} }
