package shmarena

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/shmengine/shmengine/internal/reexec"
	"golang.org/x/sys/unix"
)

// The calls of a history.
const (
	callGet = iota
	callSet
	callDelete
	callGetOrSet
	callAdd
	calls
)

// event is one call on a key and what came of it.
type event struct {
	Kind, Key, In, Out, Was int64
	Call, Return            int64 // of the clock that all processes have
}

func now() int64 {
	var ts unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts)
	return ts.Nano()
}

// recorder makes calls on few keys, and between them sets others, so that the
// map grows meanwhile.
var recorder = reexec.Register("recorder", func(c *reexec.Child) {
	a := childArena(c)
	me, _ := strconv.ParseInt(c.Args[1], 10, 64)
	m, err := LookupMap[int64, int64](a, "m")
	if err != nil {
		c.Fatalf("%v", err)
	}
	log, err := Lookup[event](a, "log"+c.Args[1])
	if err != nil {
		c.Fatalf("%v", err)
	}
	meeting, err := Lookup[atomic.Uint64](a, "meeting")
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("ready")
	c.Hear()
	r := rand.New(rand.NewPCG(uint64(me), uint64(time.Now().UnixNano())))
	for i := range log.Slice() {
		if i%leg == 0 {
			meet(&meeting.Slice()[0], uint64(i/leg+1))
		}
		e := event{Kind: r.Int64N(calls), Key: r.Int64N(3), In: me<<32 | int64(i), Call: now()}
		if err := e.make(m); err != nil {
			c.Fatalf("%v", err)
		}
		e.Return = now()
		log.Slice()[i] = e
		if err := m.Set(bg, 1000+me<<32|int64(i), e.In); err != nil {
			c.Fatalf("%v", err)
		}
	}
})

// leg is how many calls a process makes before it waits for the others: all of them
// together take less time than the processes need to get started, one after the other.
const leg = 20

// meet returns when three processes have come for the n-th time.
func meet(here *atomic.Uint64, n uint64) {
	here.Add(1)
	for here.Load() < 3*n {
		_, _, _ = unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) // there may be fewer CPUs than processes
	}
}

// make makes the call.
func (e *event) make(m Map[int64, int64]) (err error) {
	var was bool
	switch e.Kind {
	case callGet:
		e.Out, was, err = m.Get(e.Key)
	case callSet:
		err = m.Set(bg, e.Key, e.In)
	case callDelete:
		was, err = m.Delete(bg, e.Key)
	case callGetOrSet:
		e.Out, was, err = m.GetOrSet(bg, e.Key, e.In)
	case callAdd:
		err = m.Update(bg, e.Key, func(v *int64, ok bool) bool {
			*v++
			e.Out, was = *v, ok
			return true
		})
	}
	if was {
		e.Was = 1
	}
	return err
}

// entry1 is the state of one key in the model.
type entry1 struct {
	has bool
	v   int64
}

// step is what a map with one key does.
func step(state, input, output any) (bool, any) {
	s, e := state.(entry1), input.(event)
	had := int64(0)
	if s.has {
		had = 1
	}
	switch e.Kind {
	case callGet:
		return e.Was == had && e.Out == s.v, s
	case callSet:
		return true, entry1{true, e.In}
	case callDelete:
		return e.Was == had, entry1{}
	case callGetOrSet:
		if s.has {
			return e.Was == 1 && e.Out == s.v, s
		}
		return e.Was == 0 && e.Out == e.In, entry1{true, e.In}
	}
	return e.Was == had && e.Out == s.v+1, entry1{true, s.v + 1}
}

var oneKey = porcupine.Model{
	Init: func() any { return entry1{} },
	Step: step,
}

// Histories of three processes on three keys of a map that grows meanwhile are
// those of three things that change at one moment each.
func TestMapLinearizable(t *testing.T) {
	rounds, length := 6, 300
	if stress() {
		rounds, length = 200, 1000
	}
	a := named(t, "history", 64<<20)
	overlaps := 0
	for round := 0; round < rounds || overlaps == 0 && round < 100 && runtime.NumCPU() > 1; round++ {
		overlaps += historyOf(t, a, round, length)
	}
	if overlaps == 0 && runtime.NumCPU() > 1 {
		t.Error("no two calls on a key were made at the same time")
	}
}

// historyOf has three processes make calls on a new map, and judges them.
func historyOf(t *testing.T, a *Arena, round, length int) (overlaps int) {
	meeting := mustAlloc[atomic.Uint64](t, a, 1)
	ok(t, a.Publish("meeting", meeting))
	m := must(NewMap[int64, int64](a, 0))(t)
	ok(t, a.Publish("m", m))
	var logs []Array[event]
	var procs []*reexec.Proc
	for i := range 3 {
		logs = append(logs, mustAlloc[event](t, a, length))
		ok(t, a.Publish(fmt.Sprint("log", i), logs[i]))
		p := reexec.Start(t, recorder, reexec.Options{Args: []string{a.Name(), strconv.Itoa(i)}, Files: []*os.File{}})
		p.Expect("ready")
		procs = append(procs, p)
	}
	for _, p := range procs {
		p.Say("go")
	}
	for _, p := range procs {
		p.Wait()
	}
	overlaps = judgeHistories(t, round, logs)
	m.mustCheck(t)
	ok(t, a.Unpublish("m"))
	for i, l := range logs {
		ok(t, a.Unpublish(fmt.Sprint("log", i)))
		mustFree(t, l)
	}
	ok(t, m.Free())
	ok(t, a.Unpublish("meeting"))
	mustFree(t, meeting)
	return overlaps
}

// judgeHistories checks what three processes did, and returns how many pairs of calls
// on a key were made at the same time.
func judgeHistories(t *testing.T, round int, logs []Array[event]) (overlaps int) {
	t.Helper()
	byKey := map[int64][]porcupine.Operation{}
	for i, l := range logs {
		for _, e := range l.Slice() {
			byKey[e.Key] = append(byKey[e.Key], porcupine.Operation{ClientId: i, Input: e, Call: e.Call, Return: e.Return})
			for _, other := range logs[(i+1)%3].Slice() {
				if other.Key == e.Key && other.Call < e.Return && e.Call < other.Return {
					overlaps++
				}
			}
		}
	}
	for key, ops := range byKey {
		if r := porcupine.CheckOperationsTimeout(oneKey, ops, 5*time.Minute); r != porcupine.Ok {
			t.Errorf("round %d, key %d: the history of %d calls is %v", round, key, len(ops), r)
		}
	}
	t.Logf("round %d: %d pairs of calls at the same time", round, overlaps)
	return overlaps
}

// The checker finds what is not linearizable.
func TestMapHistoryJudge(t *testing.T) {
	bad := []porcupine.Operation{
		{ClientId: 0, Input: event{Kind: callSet, In: 1}, Call: 0, Return: 10},
		{ClientId: 0, Input: event{Kind: callSet, In: 2}, Call: 20, Return: 30},
		{ClientId: 1, Input: event{Kind: callGet, Out: 1, Was: 1}, Call: 40, Return: 50},
	}
	if porcupine.CheckOperations(oneKey, bad) {
		t.Error("an old value was read, and that is linearizable")
	}
	bad[2].Call = 15
	if !porcupine.CheckOperations(oneKey, bad) {
		t.Error("an old value was read while a new one was stored, and that is not linearizable")
	}
}
