package shmarena

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/reexec"
)

// churner sets and deletes keys of its own, and looks that they are what it made
// them; with rounds it ends then and leaves some, otherwise when killed.
var churner = reexec.Register("churner", func(c *reexec.Child) {
	a := childArena(c)
	me, _ := strconv.ParseInt(c.Args[1], 10, 64)
	rounds, _ := strconv.Atoi(c.Args[2])
	m, err := LookupMap[int64, record](a, "m")
	if err != nil {
		c.Fatalf("%v", err)
	}
	l, err := LookupList[record](a, "l")
	if err != nil {
		c.Fatalf("%v", err)
	}
	c.Say("ready")
	c.Hear()
	r := rand.New(rand.NewPCG(uint64(me), 1))
	mine := map[int64]record{}
	for i := 0; i < rounds || rounds == 0; i++ {
		k := me<<32 | r.Int64N(churnKeys)
		v, has, err := m.Get(k)
		if want, there := mine[k]; err != nil || has != there || v != want {
			c.Fatalf("round %d: key %#x is %v, %v, %v; want %v", i, k, v, has, err, want)
		}
		if r.IntN(3) == 0 {
			_, err = m.Delete(bg, k)
			delete(mine, k)
		} else {
			mine[k] = recordOf(r.Int64())
			err = m.Set(bg, k, mine[k])
		}
		if err != nil {
			c.Fatalf("round %d: %v", i, err)
		}
		if i%16 == 0 {
			if _, err = l.Append(bg, recordOf(k)); err == nil && i%32 == 0 {
				_, _, err = l.Pop(bg)
			}
			if err != nil {
				c.Fatalf("round %d: %v", i, err)
			}
		}
	}
	c.Say(fmt.Sprint(len(mine)))
})

const churnKeys = 2000

func startChurner(t *testing.T, a *Arena, me, rounds int) *reexec.Proc {
	p := reexec.Start(t, churner, reexec.Options{
		Args:    []string{a.Name(), strconv.Itoa(me), strconv.Itoa(rounds)},
		Timeout: 2 * time.Minute,
	})
	p.Expect("ready")
	return p
}

// steady are keys that are there all the time.
const steady = 200

// walkSteady looks at everything while others change it.
func walkSteady(t *testing.T, m Map[int64, record], l List[record]) {
	t.Helper()
	seen := map[int64]bool{}
	err := m.Each(func(k int64, v record) bool {
		if seen[k] || !v.whole() {
			t.Errorf("key %#x is %v, seen before: %v", k, v, seen[k])
		}
		seen[k] = true
		return true
	})
	okNow(t, err)
	for k := range int64(steady) {
		if v, has, err := m.Get(k); !seen[k] || !has || v != recordOf(k) || err != nil {
			t.Errorf("key %d is %v, %v, %v; seen: %v", k, v, has, err, seen[k])
		}
	}
	for i, v := range l.All() {
		if !v.whole() {
			t.Errorf("element %d is %v", i, v)
		}
	}
}

func steadyMap(t *testing.T, a *Arena) (Map[int64, record], List[record]) {
	m, l := must(NewMap[int64, record](a, 0))(t), must(NewList[record](a))(t)
	for k := range int64(steady) {
		ok(t, m.Set(bg, k, recordOf(k)))
	}
	ok(t, a.Publish("m", m))
	ok(t, a.Publish("l", l))
	return m, l
}

// E-032: three processes insert and delete, the map grows, and a fourth walks
// through it meanwhile. What they left is there.
func TestMapProcesses(t *testing.T) {
	a := named(t, "churn", 64<<20)
	m, l := steadyMap(t, a)
	var procs []*reexec.Proc
	for i := range 3 {
		procs = append(procs, startChurner(t, a, i+1, 20_000))
	}
	for _, p := range procs {
		p.Say("go")
	}
	for range 20 {
		walkSteady(t, m, l)
	}
	left := steady
	for _, p := range procs {
		n, _ := strconv.Atoi(p.Hear())
		left += n
		p.Wait()
	}
	walkSteady(t, m, l)
	m.mustCheck(t)
	if m.Len() != left {
		t.Errorf("%d entries, want %d", m.Len(), left)
	}
	ok(t, a.Verify())
}

// Processes are killed anywhere while they change a map and a list. The
// survivors go on, and both stay sound.
func TestMapRandomKills(t *testing.T) {
	kills := 12
	if stress() {
		kills = 2000
	}
	a := named(t, "mapkills", 64<<20)
	m, l := steadyMap(t, a)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	var procs []*reexec.Proc
	names := []int{1, 2, 3}
	for i := range names {
		procs = append(procs, startChurner(t, a, names[i], 0))
		procs[i].Say("go")
	}
	for k := range kills {
		i := k % len(procs)
		time.Sleep(time.Duration(r.IntN(2000)) * time.Microsecond) // where the kill falls, not whether the test passes
		if s := procs[i].Kill(); !s.Killed() {
			t.Fatalf("kill %d: the process ended by itself: %v\n%s", k, s, procs[i].Output())
		}
		for j := range int64(100) { // on every stripe, at once
			ok(t, m.Set(bg, 1<<60|j, recordOf(j)))
		}
		walkSteady(t, m, l)
		if t.Failed() {
			return
		}
		putAway(t, m, l, names[i])
		names[i] = 100 + k
		procs[i] = startChurner(t, a, names[i], 0)
		procs[i].Say("go")
	}
	for _, p := range procs {
		p.Kill()
	}
	_ = m.Len() // what the dead have not counted
	m.mustCheck(t)
	walkSteady(t, m, l)
	ok(t, errors.Join(a.Unpublish("m"), a.Unpublish("l"), m.Free(), l.Free(), a.Verify()))
}

// putAway deletes what a churner has left, and shortens the list that all append to, so
// that the arena is never full, however long they go on.
func putAway(t *testing.T, m Map[int64, record], l List[record], me int) {
	t.Helper()
	for k := range int64(churnKeys) {
		_, err := m.Delete(bg, int64(me)<<32|k)
		okNow(t, err)
	}
	for l.Len() > 1000 {
		_, _, err := l.Pop(bg)
		okNow(t, err)
	}
}

// relay finds a list in a dict in a namespace, and passes it on in a value.
var relay = reexec.Register("relay", func(c *reexec.Child) {
	a := childArena(c)
	n, err := LookupNamespace(a, "all")
	if err != nil {
		c.Fatalf("%v", err)
	}
	d, has, err := GetIn[Dict[List[int64]]](n, "lists")
	if !has || err != nil {
		c.Fatalf("%v, %v", has, err)
	}
	l, has, err := d.Get("first")
	if !has || err != nil {
		c.Fatalf("%v, %v", has, err)
	}
	v, err := NewValue(a, l)
	if err == nil {
		err = a.Publish("passed on", v)
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// receiver appends to the list that was passed on.
var receiver = reexec.Register("receiver", func(c *reexec.Child) {
	v, err := LookupValue[List[int64]](childArena(c), "passed on")
	if err != nil {
		c.Fatalf("%v", err)
	}
	l, err := v.Load()
	if err == nil {
		_, err = l.Append(bg, 42)
	}
	if err != nil {
		c.Fatalf("%v", err)
	}
})

// E-034: collections are stored in one another, and passed on by a process that is
// gone when they are used; what is nested is the same list, not a copy.
func TestNestedAndPassedOn(t *testing.T) {
	a := named(t, "nested", 8<<20)
	n, d, l := must(NewNamespace(a))(t), must(NewDict[List[int64]](a, 0))(t), must(NewList[int64](a))(t)
	ok(t, SetIn(bg, n, "lists", d))
	ok(t, d.Set(bg, "first", l))
	ok(t, d.Set(bg, "again", l))
	ok(t, a.Publish("all", n))
	reexec.Start(t, relay, reexec.Options{Args: []string{a.Name()}}).Wait()
	reexec.Start(t, receiver, reexec.Options{Args: []string{a.Name()}}).Wait()
	other, _, err := d.Get("again")
	if v, has, err2 := other.Get(0); v != 42 || !has || err != nil || err2 != nil {
		t.Errorf("%v, %v, %v, %v", v, has, err, err2)
	}
	ok(t, d.Free())
	if l.Check() != nil || l.Len() != 1 {
		t.Error("what was in the dict was freed with it")
	}
	ok(t, l.Free())
	if _, _, err := GetIn[Dict[List[int64]]](n, "lists"); err != nil { // the handle is there; what it names is not
		t.Error(err)
	}
	ok(t, n.Free())
}
