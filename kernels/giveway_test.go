package kernels

import (
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"
)

// A long call of any kernel gives others a turn, again and again, on one processor.
func TestLongCallsGiveWay(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	shorterTurns(t)
	const n, enough = 16 << 17, 3
	for _, calls := range []map[string]func(){longCalls(n), slowCalls(n)} {
		for name, call := range calls {
			if turns := turnsOfOthers(call); turns < enough {
				t.Errorf("%s let another goroutine run %d times, not %d", name, turns, enough)
			}
		}
	}
}

// shorterTurns has turns end as soon as somebody looks, until the end of a test.
func shorterTurns(t *testing.T) {
	elems, length := turnElems, turnTime
	t.Cleanup(func() { turnElems, turnTime = elems, length })
	turnElems, turnTime = 1<<17, 0
}

// longCalls are calls of n elements, of each shape that a kernel has.
func longCalls(n int) map[string]func() {
	r := rand.New(rand.NewPCG(43, 1))
	x, y, ints := random(r, n, 1, true).Data, make([]float64, n), make([]int64, n)
	words, singles, dwords := make([]uint64, n), make([]float32, n), make([]int32, n)
	idx, mask, bytes := make([]int64, n), make([]uint64, Bits(n)), make([]uint8, n)
	return map[string]func(){
		"Sum":              func() { Sum(x) },
		"Dot":              func() { Dot(x, y) },
		"Norm1":            func() { Norm1(x) },
		"SumCompensated":   func() { SumCompensated(x) },
		"MinMax":           func() { MinMax(x) },
		"ArgMin":           func() { ArgMin(x) },
		"Count":            func() { Count(x, Less, 0.5) },
		"Compare":          func() { Compare(mask, x, Less, 0.5) },
		"Where":            func() { _, _ = Where(idx, mask, 0, n) },
		"Filter":           func() { _, _ = Filter(y, x, mask, 0) },
		"Take":             func() { _ = Take(y, x, idx) },
		"PrefixSum":        func() { PrefixSum(y, x, 0) },
		"Add":              func() { Add(y, x, y) },
		"Axpy":             func() { Axpy(y, 2, x, y) },
		"FMA":              func() { FMA(y, x, x, y) },
		"Sqrt":             func() { Sqrt(y, x) },
		"Exp":              func() { Exp(y, x) },
		"DotInt64":         func() { DotInt64(ints, ints) },
		"CountInt64":       func() { CountInt64(ints, Less, 1) },
		"AddInt64":         func() { AddInt64(ints, ints, ints) },
		"HashInt64":        func() { HashInt64(words, ints, 1) },
		"HourOfDay":        func() { HourOfDay(bytes, ints) },
		"SumFloat32":       func() { SumFloat32(singles) },
		"AddFloat32":       func() { AddFloat32(singles, singles, singles) },
		"PrefixSumFloat32": func() { PrefixSumFloat32(singles, singles, 0) },
		"CountFloat32":     func() { CountFloat32(singles, Less, 1) },
		"SumInt32":         func() { SumInt32(dwords) },
		"MinMaxInt32":      func() { MinMaxInt32(dwords) },
		"Sort":             func() { copy(y, x); Sort(y) },
		"ArgSort":          func() { ArgSort(idx, x, ints) },
		"SortFloat32":      func() { _ = narrowed(singles, x); SortFloat32(singles) },
	}
}

// slowCalls are calls of n elements each of which takes long.
func slowCalls(n int) map[string]func() {
	table, _ := TableOn(make([]uint64, TableWords(n)))
	join, _ := JoinOn(make([]uint64, JoinWords(1)))
	keys, codes, idx, bytes := make([]int64, n), make([]uint32, n), make([]int64, n), make([]uint8, n)
	return map[string]func(){
		"Table.Encode":   func() { _, _ = table.Encode(codes, keys) },
		"Table.Find":     func() { table.Find(codes, keys) },
		"Join.Pairs":     func() { join.Pairs(AntiJoin, idx, nil, keys, JoinPlace{}) },
		"GroupedMoments": func() { _ = GroupedMoments(make([]GroupMoments, maxGroups), bytes, make([]float64, n)) },
	}
}

// narrowed rounds the elements of x to float32.
func narrowed(dst []float32, x []float64) []float32 {
	for i, v := range x {
		dst[i] = float32(v)
	}
	return dst
}

// Short calls give nobody a turn: it would cost them more than they take. The runtime may
// take the processor away during any of them, but not during all.
func TestShortCallsKeepTheirTurn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	x := make([]float64, lookElems*paceFirst-1) // more, and a loop that writes looks at the clock
	for range 1000 {
		if turnsOfOthers(func() { Sum(x[:block1]); Axpy(x, 2, x, x); Sort(x[:pieceElems-1]) }) == 0 {
			return
		}
	}
	t.Error("another goroutine ran during each call")
}

// A loop that writes looks at the clock once it has done much, and then again and again.
func TestPaceLooksAtTheClock(t *testing.T) {
	defer func(before time.Duration) { turnTime = before }(turnTime)
	turnTime = time.Hour
	var p pace
	for range paceFirst - 1 {
		p.spend(lookElems, lookElems)
	}
	if p.last != 0 {
		t.Error("a call that may be short looked at the clock")
	}
	p.spend(lookElems, lookElems)
	first := p.last
	if first == 0 || p.work != 0 {
		t.Errorf("a long call did not look at the clock: last %v, work %d", p.last, p.work)
	}
	p.spend(lookElems-1, lookElems)
	if p.work != lookElems-1 {
		t.Error("looked at the clock too soon")
	}
	p.spend(1, lookElems)
	if p.work != 0 || p.last != first {
		t.Errorf("at a look before the end of a turn: work %d, last %v, not 0 and %v", p.work, p.last, first)
	}
	turnTime = 0
	p.spend(lookElems, lookElems)
	if p.last <= first {
		t.Error("no turn though it was time")
	}
}

// A turn is as long whatever an element takes: nobody else runs before it is over.
func TestPaceKeepsItsTurn(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer func(before time.Duration) { turnTime = before }(turnTime)
	turnTime = time.Hour
	x := make([]float64, 8*paceFirst*lookElems)
	for range 1000 {
		if turnsOfOthers(func() { Axpy(x, 2, x, x) }) == 0 {
			return
		}
	}
	t.Error("another goroutine ran during each call")
}

// What others took is not taken for one's own turn: the next begins when they are done.
func TestPaceBeginsBehindOthers(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer func(before time.Duration) { turnTime = before }(turnTime)
	turnTime = 0
	var ended atomic.Int64
	p := pace{last: time.Since(began)}
	go func() { ended.Store(int64(time.Since(began))) }()
	for ended.Load() == 0 {
		p.look()
	}
	if at := time.Duration(ended.Load()); p.last < at {
		t.Errorf("a turn began at %v, others ran until %v", p.last, at)
	}
}

// However long a block is, one of them is there at each turn.
func TestTurnsMeetEachSizeOfBlock(t *testing.T) {
	for _, block := range []int{block3, block2, block1, narrow1, 1000} {
		for _, n := range []int{8 * turnElems, 8*turnElems + 1, 8*turnElems + block1 + 7, 9*turnElems - 1} {
			met := 0
			for last, left := -1, n; left > 0; left -= block {
				if gives(left) && left/turnElems != last {
					met, last = met+1, left/turnElems
				}
			}
			if met < 7 {
				t.Errorf("blocks of %d, %d elements: %d turns", block, n, met)
			}
		}
	}
}
