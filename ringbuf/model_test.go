package ringbuf

import (
	"fmt"
	"testing"
)

// A machine of three threads with x86's memory: each thread has a store buffer that drains to
// memory one store at a time, whenever; a load takes the thread's own youngest store to the word,
// or memory; a locked instruction waits for the thread's buffer to drain. The explorer runs every
// interleaving of every step and every drain.

// word names a word of the machine's memory.
type word = uint8

const (
	wStamp0 word = iota
	wStamp1
	wValue0
	wValue1
	wHead
	wBellP
	wBellC
	wPlainPush
	wPlainPop
	words
)

// buffered is one store that is not visible yet.
type buffered struct{ w, v uint8 }

const bufferSize = 6

// thread is one thread. pc is the step that comes next; the other fields are its registers.
type thread struct {
	pc      uint8
	next    uint8 // index of the next message
	limit   uint8 // cached head + capacity
	bell    uint8
	fast    bool
	parking bool
	asleep  word // the word that it sleeps on, words if awake
	closed  bool
	buf     [bufferSize]buffered
	stores  uint8
}

const (
	tProducer = iota
	tConsumer
	tCloser
	threads
)

// machine is one state. It is comparable: the explorer visits each state once.
type machine struct {
	mem      [words]uint8
	th       [threads]thread
	accepted uint8 // messages whose push returned nil
	popped   uint8 // messages delivered
	wrong    string
}

func (m *machine) load(t int, w word) uint8 {
	th := &m.th[t]
	for i := int(th.stores) - 1; i >= 0; i-- {
		if th.buf[i].w == w {
			return th.buf[i].v
		}
	}
	return m.mem[w]
}

// mov stores without a fence.
func (m *machine) mov(t int, w word, v uint8) {
	th := &m.th[t]
	th.buf[th.stores] = buffered{w, v}
	th.stores++
}

// drain makes the oldest buffered store of t visible.
func (m *machine) drain(t int) {
	th := &m.th[t]
	m.mem[th.buf[0].w] = th.buf[0].v
	copy(th.buf[:], th.buf[1:th.stores])
	th.stores--
	th.buf[th.stores] = buffered{}
}

// drained says whether t may execute a locked instruction now.
func (m *machine) drained(t int) bool { return m.th[t].stores == 0 }

// barrier is membarrier(2): every thread's buffer is empty after it.
func (m *machine) barrier() {
	for t := range m.th {
		for m.th[t].stores > 0 {
			m.drain(t)
		}
	}
}

// wake is FUTEX_WAKE.
func (m *machine) wake(w word) {
	for t := range m.th {
		if m.th[t].asleep == w {
			m.th[t].asleep = words
		}
	}
}

// done is the pc of a thread that has ended.
const done = 255

// explore visits every state that is reachable from start, and returns the first that is wrong, or
// in which nothing can go on although a thread has not ended, or that final refuses; "" if there is
// none. n is the number of states.
func explore(start machine, step func(m machine, t int) (machine, bool), final func(machine) string) (why string, n int) {
	seen := map[machine]bool{start: true}
	stack := []machine{start}
	for len(stack) > 0 {
		m := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if m.wrong != "" {
			return m.wrong, len(seen)
		}
		stuck := true
		visit := func(next machine) {
			stuck = false
			if !seen[next] {
				seen[next] = true
				stack = append(stack, next)
			}
		}
		for t := range m.th {
			if m.th[t].stores > 0 {
				next := m
				next.drain(t)
				visit(next)
			}
			if m.th[t].asleep == words && m.th[t].pc != done {
				if next, ok := step(m, t); ok {
					visit(next)
				}
			}
		}
		if stuck {
			if why := ended(m, final); why != "" {
				return why, len(seen)
			}
		}
	}
	return "", len(seen)
}

func ended(m machine, final func(machine) string) string {
	for t := range m.th {
		if m.th[t].pc != done {
			return fmt.Sprintf("thread %d hangs: %+v", t, m)
		}
	}
	return final(m)
}

// TestInterleavings explores the protocol as it is, in every mode of publishing.
func TestInterleavings(t *testing.T) {
	for _, p := range protocols() {
		why, n := p.explore()
		t.Logf("%v: %d states", p, n)
		if why != "" {
			t.Errorf("%v: %s", p, why)
		}
		if n < 500 {
			t.Errorf("%v: only %d states, the model does not move", p, n)
		}
	}
}

// TestInterleavingsNeedEachPiece takes one piece away at a time, and finds what goes wrong then.
func TestInterleavingsNeedEachPiece(t *testing.T) {
	for m := mutation(1); m < mutations; m++ {
		found := ""
		for _, p := range protocols() {
			p.without = m
			if why, _ := p.explore(); why != "" {
				found = fmt.Sprintf("%v: %s", p, why)
				break
			}
		}
		if found == "" {
			t.Errorf("without %v nothing goes wrong", m)
			continue
		}
		t.Logf("%.200s", found)
	}
}
