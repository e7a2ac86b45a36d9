package shmarena

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/leaktest"
	"github.com/shmengine/shmengine/internal/reexec"
)

const benchEntries = 100_000

// benchKeys are keys in the order in which benchmarks use them.
func benchKeys() []uint64 {
	keys := make([]uint64, benchEntries)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range keys {
		keys[i] = r.Uint64()
	}
	return keys
}

// lockedMap is a Go map behind a lock.
type lockedMap struct {
	mu sync.RWMutex
	m  map[uint64]uint64
}

func (l *lockedMap) get(k uint64) (uint64, bool) {
	l.mu.RLock()
	v, ok := l.m[k]
	l.mu.RUnlock()
	return v, ok
}

func (l *lockedMap) set(k, v uint64) {
	l.mu.Lock()
	l.m[k] = v
	l.mu.Unlock()
}

// benchMaps are a Map, a sync.Map and a Go map behind a lock, all full.
func benchMaps(b *testing.B) (Map[uint64, uint64], *sync.Map, *lockedMap, []uint64) {
	keys := benchKeys()
	m := must(NewMap[uint64, uint64](newArena(b, 64<<20), 0))(b)
	s, l := new(sync.Map), &lockedMap{m: map[uint64]uint64{}}
	for i, k := range keys {
		ok(b, m.Set(bg, k, uint64(i)))
		s.Store(k, uint64(i))
		l.set(k, uint64(i))
	}
	return m, s, l, keys
}

// BenchmarkMapGet reads entries at random of 100,000, of 8 bytes to 8 bytes.
func BenchmarkMapGet(b *testing.B) {
	m, s, l, keys := benchMaps(b)
	benchEach(b, keys, map[string]func(k, v uint64){
		"Map":      func(k, _ uint64) { _, _, _ = m.Get(k) },
		"sync.Map": func(k, _ uint64) { _, _ = s.Load(k) },
		"RWMutex":  func(k, _ uint64) { _, _ = l.get(k) },
	})
}

// BenchmarkMapSet stores entries that are there.
func BenchmarkMapSet(b *testing.B) {
	m, s, l, keys := benchMaps(b)
	benchEach(b, keys, map[string]func(k, v uint64){
		"Map":      func(k, v uint64) { _ = m.Set(bg, k, v) },
		"sync.Map": func(k, v uint64) { s.Store(k, v) },
		"RWMutex":  func(k, v uint64) { l.set(k, v) },
	})
}

// benchEach runs them one after the other, by one goroutine and by all.
func benchEach(b *testing.B, keys []uint64, each map[string]func(k, v uint64)) {
	for _, name := range []string{"Map", "sync.Map", "RWMutex"} {
		f := each[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				f(keys[i], uint64(i))
				if i++; i == len(keys) {
					i = 0
				}
			}
		})
	}
	var start atomic.Uint64
	for _, name := range []string{"Map", "sync.Map", "RWMutex"} {
		f := each[name]
		b.Run(name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := int(start.Add(30011)) % len(keys); pb.Next(); i = (i + 1) % len(keys) {
					f(keys[i], uint64(i))
				}
			})
		})
	}
}

// BenchmarkMapInsert fills a map that begins empty, and grows.
func BenchmarkMapInsert(b *testing.B) {
	keys := benchKeys()
	b.Run("Map", func(b *testing.B) {
		a := newArena(b, 64<<20)
		for b.Loop() {
			m := must(NewMap[uint64, uint64](a, 0))(b)
			for i, k := range keys {
				ok(b, m.Set(bg, k, uint64(i)))
			}
			ok(b, m.Free())
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/entry")
	})
	b.Run("sync.Map", func(b *testing.B) {
		for b.Loop() {
			var m sync.Map
			for i, k := range keys {
				m.Store(k, uint64(i))
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(keys)), "ns/entry")
	})
}

func BenchmarkDict(b *testing.B) {
	d := must(NewDict[uint64](newArena(b, 64<<20), 0))(b)
	var s sync.Map
	keys := make([]string, benchEntries/10)
	for i := range keys {
		keys[i] = fmt.Sprintf("instrument-%d", i*7919)
		ok(b, d.Set(bg, keys[i], uint64(i)))
		s.Store(keys[i], uint64(i))
	}
	i := 0
	next := func() string { i = (i + 1) % len(keys); return keys[i] }
	b.Run("Get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = d.Get(next())
		}
	})
	b.Run("Get/sync.Map", func(b *testing.B) {
		for b.Loop() {
			_, _ = s.Load(next())
		}
	})
	b.Run("Set", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = d.Set(bg, next(), 1)
		}
	})
	b.Run("Set/sync.Map", func(b *testing.B) {
		for b.Loop() {
			s.Store(next(), uint64(1))
		}
	})
}

func BenchmarkValue(b *testing.B) {
	a := newArena(b, 1<<20)
	small, large := must(NewValue(a, uint64(1)))(b), must(NewValue(a, [32]uint64{}))(b)
	c, l := must(NewCounter(a))(b), must(NewList[uint64](a))(b)
	for range 1000 {
		must(l.Append(bg, 1))(b)
	}
	for name, f := range map[string]func(i int){
		"Load8":       func(int) { _, _ = small.Load() },
		"Load256":     func(int) { _, _ = large.Load() },
		"Store8":      func(int) { _ = small.Store(bg, 2) },
		"Store256":    func(int) { _ = large.Store(bg, [32]uint64{}) },
		"Counter.Add": func(int) { _ = c.Add(1) },
		"List.Get":    func(i int) { _, _, _ = l.Get(i % 1000) },
		"List.Set":    func(i int) { _ = l.Set(bg, i%1000, 1) },
		"List.AppendPop": func(int) {
			_, _ = l.Append(bg, 1)
			_, _, _ = l.Pop(bg)
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f(i)
			}
		})
	}
}

// setter sets keys of its own, as often as it is told, and says how long it took.
var setter = reexec.Register("setter", func(c *reexec.Child) {
	me, _ := strconv.ParseUint(c.Args[1], 10, 64)
	m, err := LookupMap[uint64, uint64](childArena(c), "m")
	if err != nil {
		c.Fatalf("%v", err)
	}
	keys := benchKeys()[me*10_000:][:10_000]
	c.Say("ready")
	n, _ := strconv.Atoi(c.Hear())
	start := time.Now()
	for i := range n {
		if err := m.Set(bg, keys[i%len(keys)], uint64(i)); err != nil {
			c.Fatalf("%v", err)
		}
	}
	c.Say(strconv.FormatInt(time.Since(start).Nanoseconds(), 10))
})

// BenchmarkMapProcesses has one process, or two, set keys of their own; ns/op is
// for all of them together.
func BenchmarkMapProcesses(b *testing.B) {
	for _, n := range []int{1, 2} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			a := createFor(b, Options{Size: 64 << 20, Name: leaktest.Name("setters")})
			b.Cleanup(func() { _ = a.Unlink() })
			m := must(NewMap[uint64, uint64](a, 0))(b)
			ok(b, a.Publish("m", m))
			for _, k := range benchKeys() {
				ok(b, m.Set(bg, k, 0))
			}
			var procs []*reexec.Proc
			for i := range n {
				procs = append(procs, reexec.Start(b, setter, reexec.Options{Args: []string{a.Name(), strconv.Itoa(i)}}))
				procs[i].Expect("ready")
			}
			b.ResetTimer()
			for _, p := range procs {
				p.Say(strconv.Itoa(b.N / n))
			}
			for _, p := range procs {
				p.Hear()
			}
		})
	}
}
