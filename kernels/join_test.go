package kernels

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// slowPairs is the loop of Pairs, by a map.
func slowPairs(kind JoinKind, keys, built []int64) (left, right []int64) {
	rows := map[int64][]int64{}
	for r, k := range built {
		rows[k] = append(rows[k], int64(r))
	}
	for i, k := range keys {
		matches := rows[k]
		switch {
		case kind == LeftJoin && len(matches) == 0:
			left, right = append(left, int64(i)), append(right, -1)
		case kind == InnerJoin || kind == LeftJoin:
			for _, r := range matches {
				left, right = append(left, int64(i)), append(right, r)
			}
		case (len(matches) > 0) == (kind == SemiJoin):
			left = append(left, int64(i))
		}
	}
	return left, right
}

// allPairs takes all pairs in pieces of some size, into memory that ends where
// it should.
func allPairs(t *testing.T, j Join, kind JoinKind, keys []int64, memory [2][]byte, size int) (left, right []int64) {
	t.Helper()
	l, r := view[int64](memory[0], len(memory[0])-8*size, size), view[int64](memory[1], len(memory[1])-8*size, size)
	for from := (JoinPlace{}); from.Row < len(keys); {
		n, next := j.Pairs(kind, l, r, keys, from)
		if next == from {
			t.Fatalf("a join of %d rows stays at %v", len(keys), from)
		}
		left, from = append(left, l[:n]...), next
		if kind == InnerJoin || kind == LeftJoin {
			right = append(right, r[:n]...)
		}
	}
	return left, right
}

func joinOf(tb testing.TB, n int) Join {
	tb.Helper()
	j, err := JoinOn(make([]uint64, JoinWords(n)))
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

// joinSets are columns to build from n rows: each key once, some of them more
// than once, all the same.
var joinSets = map[string]func(r *rand.Rand, n int) []int64{
	"single": func(r *rand.Rand, n int) []int64 {
		x := orders["sorted"](r, n)
		r.Shuffle(n, func(i, j int) { x[i], x[j] = x[j], x[i] })
		return x
	},
	"doubles": func(r *rand.Rand, n int) []int64 { return filled(n, func(int) int64 { return r.Int64N(int64(n) + 1) }) },
	"crowds":  func(r *rand.Rand, n int) []int64 { return filled(n, func(int) int64 { return r.Int64N(7) * 100 }) },
	"equal":   orders["equal"],
}

func TestJoin(t *testing.T) {
	const most = 4000
	r := rand.New(rand.NewPCG(84, 1))
	memory := [2][]byte{testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 8*most, testmem.End)}
	onEachLevel(t, func(t *testing.T) {
		for name, set := range joinSets {
			for _, n := range []int{0, 1, 2, 3, 4, 50, 300} {
				built := set(r, n)
				j := joinOf(t, n)
				if err := j.Build(make([]uint32, n), built, r.Uint64()); err != nil || j.Rows() != n {
					t.Fatal(err)
				}
				for _, m := range []int{0, 1, 9, 300, blockKeys + 3} {
					if name == "equal" && m > 9 {
						continue // too many pairs
					}
					keys := filled(m, func(int) int64 { return r.Int64N(int64(n)*3/2 + 9) })
					for kind := range joinKinds {
						left, right := slowPairs(kind, keys, built)
						for _, size := range []int{1 + r.IntN(9), most} {
							if l, r := allPairs(t, j, kind, keys, memory, size); !slices.Equal(l, left) || !slices.Equal(r, right) {
								t.Fatalf("join of kind %d of %d rows with %d, %s, by %d: %v %v, want %v %v", kind, m, n, name, size, l, r, left, right)
							}
						}
					}
				}
			}
		}
	})
}

// A join is built again and again in the same memory, and refuses what it has no
// room for or cannot hash.
func TestJoinIsBuiltAgain(t *testing.T) {
	const n = 900
	r := rand.New(rand.NewPCG(84, 2))
	onEachLevel(t, func(t *testing.T) {
		j, codes := joinOf(t, n), make([]uint32, n+1)
		left, right := make([]int64, 5*n), make([]int64, 5*n)
		for _, name := range []string{"doubles", "single", "crowds", "doubles", "single"} {
			keys := joinSets[name](r, 1+r.IntN(n))
			if err := j.Build(codes[:len(keys)], keys, 9); err != nil {
				t.Fatal(err)
			}
			probes := keys[:min(len(keys), 20)]
			wantLeft, wantRight := slowPairs(InnerJoin, probes, keys)
			if k, _ := j.Pairs(InnerJoin, left, right, probes, JoinPlace{}); !slices.Equal(left[:k], wantLeft) || !slices.Equal(right[:k], wantRight) {
				t.Fatalf("%s: %v %v, want %v %v", name, left[:k], right[:k], wantLeft, wantRight)
			}
		}
		before := j.Rows()
		if err := j.Build(codes, make([]int64, n+1), 9); !errors.Is(err, ErrFull) || j.Rows() != before {
			t.Errorf("one row too many: %v", err)
		}
		hostile := filled(n, func(i int) int64 { return keyOfBucket(j.Table(), 3, i) })
		if err := j.Build(codes[:n], hostile, 9); !errors.Is(err, ErrCrowded) || j.Rows() != 0 {
			t.Errorf("keys that collide: %v, %d rows", err, j.Rows())
		}
		if k, next := j.Pairs(LeftJoin, left, right, hostile[:3], JoinPlace{}); k != 3 || next.Row != 3 || right[0] != -1 {
			t.Errorf("a join of no rows gives %d pairs: %v", k, right[:k])
		}
		if err := j.Build(codes[:n], hostile, 10); err != nil {
			t.Errorf("with another seed: %v", err)
		}
	})
}

// Foreign bytes cost the result: no fault, no end of the output, no standstill.
func TestJoinOfForeignBytes(t *testing.T) {
	const n = 300
	r := rand.New(rand.NewPCG(84, 3))
	memory := [2][]byte{testmem.Guarded(t, 8*100, testmem.End), testmem.Guarded(t, 8*100, testmem.End)}
	onEachLevel(t, func(t *testing.T) {
		for range 40 {
			words := make([]uint64, JoinWords(n))
			j, err := JoinOn(words)
			if err != nil {
				t.Fatal(err)
			}
			keys := joinSets["doubles"](r, n)
			if err := j.Build(make([]uint32, n), keys, 1); err != nil {
				t.Fatal(err)
			}
			for i := range words {
				if r.IntN(3) == 0 {
					words[i] = r.Uint64() >> r.IntN(64)
				}
			}
			for kind := range joinKinds {
				allPairs(t, j, kind, keys, memory, 100)
			}
			codes := make([]uint32, n)
			for i := range codes {
				codes[i] = r.Uint32() >> r.IntN(32)
			}
			if err := j.order(codes, n/2); !errors.Is(err, ErrCode) {
				t.Errorf("codes that are none: %v", err)
			}
		}
	})
}

func TestJoinGeometry(t *testing.T) {
	for n := range 500 {
		j, err := JoinOn(make([]uint64, JoinWords(n)))
		if err != nil || j.Cap() < n || j.Cap() > n+3 || j.Rows() != 0 || len(j.ends) != j.Cap()+1 || j.Table().Cap() != j.Cap() {
			t.Fatalf("%d words for %d rows: %d, %v", JoinWords(n), n, j.Cap(), err)
		}
	}
	if _, err := JoinOn(make([]uint64, JoinWords(1)-1)); !errors.Is(err, ErrShort) {
		t.Errorf("a join in too few words: %v", err)
	}
	for word := range 3 {
		memory := make([]uint64, JoinWords(9))
		if memory[word] = 10; word != tableSeed {
			if _, err := JoinOn(memory); err == nil {
				t.Errorf("word %d of a join for 9 rows may be 10", word)
			}
		}
	}
}

func TestMisuseOfJoins(t *testing.T) {
	memory := make([]uint64, JoinWords(60))
	j, _ := JoinOn(memory)
	keys, codes, out := make([]int64, 10), make([]uint32, 10), make([]int64, 40)
	panics(t, "Build with scratch of another length", func() { j.Build(codes[:9], keys, 1) })
	panics(t, "Build of its own memory", func() { j.Build(codes, signed(memory[len(memory)-10:]), 1) })
	panics(t, "Build with scratch in the join", func() { j.Build(narrow(memory[len(memory)-5:]), keys, 1) })
	for what, f := range map[string]func(){
		"of no kind":               func() { j.Pairs(joinKinds, out, out[20:], keys, JoinPlace{}) },
		"into nothing":             func() { j.Pairs(InnerJoin, nil, nil, keys, JoinPlace{}) },
		"with too few right rows":  func() { j.Pairs(LeftJoin, out[:20], out[20:39], keys, JoinPlace{}) },
		"from before the first":    func() { j.Pairs(SemiJoin, out, nil, keys, JoinPlace{Row: -1}) },
		"from beyond the last":     func() { j.Pairs(SemiJoin, out, nil, keys, JoinPlace{Row: 11}) },
		"from a negative match":    func() { j.Pairs(InnerJoin, out[:20], out[20:], keys, JoinPlace{Match: -1}) },
		"into the keys":            func() { j.Pairs(SemiJoin, keys, nil, keys, JoinPlace{}) },
		"into the same rows twice": func() { j.Pairs(InnerJoin, out[:21], out[19:], keys, JoinPlace{}) },
		"into the join":            func() { j.Pairs(AntiJoin, signed(memory[30:40]), nil, keys, JoinPlace{}) },
		"into the join, at right":  func() { j.Pairs(InnerJoin, out[:10], signed(memory[30:40]), keys, JoinPlace{}) },
	} {
		panics(t, "Pairs "+what, f)
	}
}
