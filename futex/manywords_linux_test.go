package futex_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/reexec"
	"github.com/shmengine/shmengine/internal/testmem"
)

// crowd is one process's goroutines, one for each of many mutexes. Every third
// gives up after a while.
type crowd struct {
	m      *member.Member
	mem    []byte // the mutexes, then as many counters
	n      int
	locked atomic.Int64
	gaveUp atomic.Int64
	wg     sync.WaitGroup
}

const crowdWord = 4 + 8 // a mutex and a counter

func (c *crowd) mutex(i int) *futex.Mutex { return viewMutex(c.mem[4*i:]) }
func (c *crowd) counter(i int) *uint64    { return viewCounter(c.mem[4*c.n+8*i:]) }

// start has a goroutine wait for each mutex.
func (c *crowd) start(tb testmem.TB) {
	for i := range c.n {
		c.wg.Go(func() {
			ctx := bg
			if i%3 == 0 {
				limited, cancel := context.WithTimeout(bg, rand.N(100*time.Millisecond))
				defer cancel()
				ctx = limited
			}
			switch err := c.mutex(i).Lock(ctx, c.m); {
			case errors.Is(err, context.DeadlineExceeded):
				c.gaveUp.Add(1)
			case err != nil:
				tb.Fatalf("Lock: %v", err)
			default:
				*c.counter(i)++
				c.mutex(i).Unlock(c.m)
				c.locked.Add(1)
			}
		})
	}
}

// report says what the crowd costs while it waits: threads, the time of a garbage
// collection (and what it takes when there are as many goroutines on channels
// more), CPU time in a second.
func (c *crowd) report(tb testmem.TB) string {
	cpu := cpuTime(tb)
	gc := collection()
	work := (cpuTime(tb) - cpu) / collections
	more := onChannels(c.n - int(c.gaveUp.Load()))
	both := collection()
	more()
	cpu = cpuTime(tb)
	time.Sleep(time.Second)
	return fmt.Sprintf("%d threads, GC %v (%v of CPU; %v more with as many goroutines on channels), %v of CPU in a second",
		threadsOf(tb), gc, work, both-gc, cpuTime(tb)-cpu)
}

const collections = 9

// collection is the median time of a garbage collection.
func collection() time.Duration {
	var times [collections]time.Duration
	for i := range times {
		begin := time.Now()
		runtime.GC()
		times[i] = time.Since(begin).Round(time.Microsecond)
	}
	slices.Sort(times[:])
	return times[len(times)/2]
}

// onChannels has n goroutines wait for a channel each, until end is called.
func onChannels(n int) (end func()) {
	var wg, begun sync.WaitGroup
	list := make([]chan struct{}, n)
	for i := range list {
		list[i] = make(chan struct{})
		begun.Add(1)
		wg.Go(func() {
			begun.Done()
			<-list[i]
		})
	}
	begun.Wait()
	return func() {
		for _, c := range list {
			close(c)
		}
		wg.Wait()
	}
}

func threadsOf(tb testmem.TB) int {
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		tb.Fatalf("%v", err)
	}
	return len(list)
}

func cpuTime(tb testmem.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatalf("%v", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var crowded = reexec.Register("crowded", func(c *reexec.Child) {
	n, _ := strconv.Atoi(c.Args[0])
	crowd := &crowd{m: attach(c).join(c), mem: testmem.Map(c, c.File(1), n*crowdWord), n: n}
	crowd.start(c)
	eventually(func() bool { return crowd.gaveUp.Load() == int64(n+2)/3 })
	c.Say("waits")
	c.Hear()
	c.Say(crowd.report(c))
	c.Hear()
	crowd.wg.Wait()
	c.Say(strconv.FormatInt(crowd.locked.Load(), 10))
})

// Thousands of goroutines, in three processes, on thousands of mutexes, of which every
// third gives up: few threads, hardly any work while they wait, and everybody
// else gets every mutex once.
func TestManyWordsManyProcesses(t *testing.T) {
	for _, all := range []int{stress(1200, 12_000), stress(1800, 36_000)} {
		t.Run(fmt.Sprint(all), func(t *testing.T) { manyWords(t, all/3) })
	}
}

// manyWords has n goroutines in each of three processes wait for as many mutexes.
func manyWords(t *testing.T, n int) {
	s := newSegment(t)
	mem, file := testmem.Shared(t, n*crowdWord)
	owner := &crowd{m: s.join(t), mem: mem, n: n}
	for i := range n {
		if err := owner.mutex(i).Lock(bg, owner.m); err != nil {
			t.Fatal(err)
		}
	}
	var others []*reexec.Proc
	for range 2 {
		others = append(others, reexec.Start(t, crowded, reexec.Options{
			Files: append(s.files(), file), Args: []string{strconv.Itoa(n)}, Timeout: 5 * time.Minute,
		}))
	}
	here := &crowd{m: s.join(t), mem: mem, n: n}
	before := threads(t)
	here.start(t)
	here.waitsWith(t, others, before)
	for i := range n {
		owner.mutex(i).Unlock(owner.m)
	}
	here.wg.Wait()
	locked := here.locked.Load()
	for _, p := range others {
		p.Say("end")
		k, _ := strconv.ParseInt(p.Hear(), 10, 64)
		locked += k
	}
	if want, counted := int64(3*(n-(n+2)/3)), owner.counted(); locked != want || counted != want {
		t.Errorf("%d mutexes were locked, %d counted, want %d", locked, counted, want)
	}
}

// waitsWith returns when everybody waits or has given up, and what that costs is
// reported.
func (c *crowd) waitsWith(t *testing.T, others []*reexec.Proc, before int) {
	eventually(func() bool { return c.gaveUp.Load() == int64(c.n+2)/3 })
	for _, p := range others {
		p.Expect("waits")
	}
	if got := threads(t); got > before+futex.Sleepers+few(c.n) {
		t.Errorf("%d threads while %d goroutines wait, %d before", got, c.n, before)
	}
	t.Logf("here: %s", c.report(t))
	for _, p := range others {
		p.Say("report")
		t.Logf("another process: %s", p.Hear())
	}
}

// counted sums the counters.
func (c *crowd) counted() (sum int64) {
	for i := range c.n {
		sum += int64(*c.counter(i))
	}
	return sum
}
