package engine

import (
	"testing"
	"time"
)

// A ring takes as many hints as it has slots, wherever its head is, and looks at the head
// only when those that it has seen are full.
func TestHintsFillTheRing(t *testing.T) {
	r, head, tail := new(hintRing), uint64(0), uint64(0)
	const start = 1<<64 - 5 // the counters wrap
	r.head.Store(start)
	r.tail.Store(start)
	head, tail = start, start
	for round := range 3 {
		for i := range hintSlots {
			if !r.push(i%maxTasks, &head) {
				t.Fatalf("round %d: no room for hint %d", round, i)
			}
		}
		if r.push(7, &head) {
			t.Fatalf("round %d: a hint more than there are slots", round)
		}
		for i := range hintSlots {
			if cell, ok := r.next(&tail); !ok || cell != i%maxTasks {
				t.Fatalf("round %d: hint %d: %d, %v", round, i, cell, ok)
			}
		}
		if cell, ok := r.next(&tail); ok {
			t.Fatalf("round %d: hint %d of none", round, cell)
		}
		if head == r.head.Load() {
			t.Errorf("round %d: the head was looked at though there was room", round)
		}
	}
}

// streamer is a tasker and what it does for one task: its result lies in the cell.
func streamer() (k *tasker, end func(cell int)) {
	k = &tasker{board: new(taskBoard), id: 7}
	return k, func(cell int) {
		k.board.cells[cell].entry.v.Store(uint64(pending.claimed(k.id).ended(done)))
		k.row.add(cell)
	}
}

// Who finds no hint falls behind, and once, while its last results have not been collected.
func TestWorkerFallsBehind(t *testing.T) {
	k, end := streamer()
	for cell := range longRow {
		if k.fallBehind() {
			t.Fatalf("it fell behind after %d tasks", cell)
		}
		end(cell)
	}
	from := time.Now()
	if !k.fallBehind() {
		t.Error("it did not fall behind a row")
	}
	if d := time.Since(from); d < 100*time.Nanosecond {
		t.Errorf("it fell behind by %v", d)
	}
	if k.fallBehind() {
		t.Error("it fell behind twice")
	}
	end(100) // cell 1 is the oldest now
	k.board.cells[1].entry.v.Store(0)
	if k.fallBehind() {
		t.Error("it fell behind though somebody collects its results")
	}
	k.board.cells[1].entry.v.Store(uint64(pending.claimed(k.id + 1).ended(done)))
	if k.fallBehind() {
		t.Error("it fell behind results of another worker")
	}
}

// A cell that comes again has been collected, and so has what came before it.
func TestCellsThatComeAgainAreNoStream(t *testing.T) {
	k, end := streamer()
	for cell := range longRow {
		end(cell)
	}
	end(200)
	for i := range 3 * longRow {
		if end(200 + i%2); k.fallBehind() {
			t.Fatalf("it fell behind in two cells, after %d tasks", i)
		}
	}
	for i := range longRow {
		if fell := k.fallBehind(); fell != (i+2 >= longRow) { // 200 and 201 are there too
			t.Fatalf("%d other cells: it fell behind: %v", i, fell)
		}
		end(300 + i)
	}
}
