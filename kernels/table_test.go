package kernels

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/internal/testmem"
)

// mapCodes is the loop of Encode, with the keys in the order of their codes.
func mapCodes(keys []int64) (codes []uint32, distinct []int64) {
	code := map[int64]uint32{}
	for _, k := range keys {
		c, ok := code[k]
		if !ok {
			c = uint32(len(distinct))
			code[k] = c
			distinct = append(distinct, k)
		}
		codes = append(codes, c)
	}
	return codes, distinct
}

// keySets are keys of the kinds that programs have.
var keySets = map[string]func(r *rand.Rand, n int) []int64{
	"random":  orders["random"],
	"sorted":  orders["sorted"],
	"equal":   orders["equal"],
	"few":     orders["few"],
	"striped": orders["striped"],
	"some": func(r *rand.Rand, n int) []int64 {
		return filled(n, func(int) int64 { return r.Int64N(int64(n)/4 + 1) })
	},
	"high bits": func(_ *rand.Rand, n int) []int64 { return filled(n, func(i int) int64 { return int64(i) << 44 }) },
	"multiples": func(_ *rand.Rand, n int) []int64 { return filled(n, func(i int) int64 { return int64(i) * 4096 }) },
	"floats": func(_ *rand.Rand, n int) []int64 {
		return filled(n, func(i int) int64 { return int64(math.Float64bits(float64(i))) })
	},
	"timestamps": func(_ *rand.Rand, n int) []int64 {
		return filled(n, func(i int) int64 { return 1.7e18 + int64(i)*3600e9 })
	},
}

func tableOf(tb testing.TB, n int) Table {
	tb.Helper()
	t, err := TableOn(make([]uint64, TableWords(n)))
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func tableLengths() []int {
	var all []int
	for n := range 140 {
		all = append(all, n)
	}
	return append(all, blockKeys-1, blockKeys, blockKeys+1, 2*blockKeys+77, 3000)
}

func TestEncode(t *testing.T) {
	const most = 3000
	r := rand.New(rand.NewPCG(83, 1))
	keyMemory, codeMemory := testmem.Guarded(t, 8*most, testmem.End), testmem.Guarded(t, 4*most, testmem.End)
	memory := testmem.Guarded(t, 8*TableWords(most), testmem.End)
	onEachLevel(t, func(t *testing.T) {
		for name, set := range keySets {
			for _, n := range tableLengths() {
				keys, codes := view[int64](keyMemory, 8*(most-n), n), view[uint32](codeMemory, 4*(most-n), n)
				copy(keys, set(r, n))
				want, distinct := mapCodes(keys)
				words := TableWords(len(distinct))
				mine := view[uint64](memory, len(memory)-8*words, words)
				clear(mine[:tableHead])
				table, err := TableOn(mine)
				if err != nil {
					t.Fatal(err)
				}
				table.Reset(r.Uint64())
				if done, err := table.Encode(codes, keys); done != n || err != nil {
					t.Fatalf("%d keys, %s: %d, %v", n, name, done, err)
				}
				if !slices.Equal(codes, want) || !slices.Equal(table.Keys(), distinct) {
					t.Fatalf("%d keys, %s: codes %v, want %v", n, name, codes, want)
				}
				sameAgain(t, table, codes, keys, want)
			}
		}
	})
}

// sameAgain finds what was encoded, and what was not.
func sameAgain(t *testing.T, table Table, codes []uint32, keys []int64, want []uint32) {
	t.Helper()
	clear(codes)
	if found := table.Find(codes, keys); found != len(keys) || !slices.Equal(codes, want) {
		t.Fatalf("%d of %d keys are found, with codes %v, want %v", found, len(keys), codes, want)
	}
	for i := range keys {
		keys[i] = keys[i]*2 + 1<<40 + 1
	}
	inside := map[int64]uint32{}
	for i, k := range table.Keys() {
		inside[k] = uint32(i)
	}
	hits := 0
	found := table.Find(codes, keys)
	for i, k := range keys {
		c, ok := inside[k]
		if hits++; !ok {
			hits--
			c = NoCode
		}
		if codes[i] != c {
			t.Fatalf("the code of %d is %d, want %d", k, codes[i], c)
		}
	}
	if found != hits {
		t.Fatalf("%d keys are found, want %d", found, hits)
	}
}

// All levels write the same table, whatever was in the memory before.
func TestTableIsTheTwins(t *testing.T) {
	const n = 900
	r := rand.New(rand.NewPCG(83, 2))
	for kind := range 3 {
		before := make([]uint64, TableWords(n))
		for i := range before {
			switch {
			case kind == 1:
				before[i] = r.Uint64() // a hostile peer
			case kind == 2 && i >= tableHead && i%bucketWords == bucketCount:
				before[i] = uint64(r.IntN(8)) << 32 // some buckets are full
			}
		}
		before[tableCount], before[tableSeed] = 7, r.Uint64()
		keys := keySets["some"](r, n)
		var codes, found [levelAVX512 + 1][n]uint32
		var memory [levelAVX512 + 1][]uint64
		var done [levelAVX512 + 1]int
		onEachLevel(t, func(t *testing.T) {
			memory[active] = slices.Clone(before)
			table, err := TableOn(memory[active])
			if err != nil {
				t.Fatal(err)
			}
			done[active], _ = table.Encode(codes[active][:], keys)
			table.Find(found[active][:], keys)
		})
		for l := range best() + 1 {
			if done[l] != done[0] || codes[l] != codes[0] || found[l] != found[0] || !slices.Equal(memory[l], memory[0]) {
				t.Errorf("memory of kind %d: %s and go differ: %d and %d keys are encoded", kind, l, done[l], done[0])
			}
		}
	}
}

func TestTableThatIsFull(t *testing.T) {
	r := rand.New(rand.NewPCG(83, 3))
	onEachLevel(t, func(t *testing.T) {
		for _, n := range []int{3, 6, 30, 300, blockKeys + 1, 3000} {
			table := tableOf(t, n)
			keys := keySets["random"](r, n+1)
			keys = append(keys[:n:n], keys[0], keys[n-1], keys[n]) // old ones, and a new one
			codes := make([]uint32, len(keys))
			done, err := table.Encode(codes, keys)
			if done != n+2 || !errors.Is(err, ErrFull) || table.Len() != n || table.Cap() != n {
				t.Fatalf("%d keys into a table for %d: %d, %v", len(keys), n, done, err)
			}
			if want, _ := mapCodes(keys[:n+2]); !slices.Equal(codes[:n+2], want) {
				t.Fatalf("codes of a table for %d that is full are %v", n, codes)
			}
			larger := tableOf(t, n+1)
			larger.Reset(5)
			if err := larger.Fill(table); err != nil || !slices.Equal(larger.Keys(), table.Keys()) {
				t.Fatalf("a table for %d filled from one for %d: %v", n+1, n, err)
			}
			if more, err := larger.Encode(codes[done:], keys[done:]); more != 1 || err != nil || codes[n+2] != uint32(n) {
				t.Fatalf("a new key gets code %d, %v", codes[n+2], err)
			}
		}
	})
}

func TestTableGeometry(t *testing.T) {
	for n := range 3000 {
		words := TableWords(n)
		table, err := TableOn(make([]uint64, words))
		if err != nil || table.Cap() < n || table.Cap() > n+3 || table.Len() != 0 {
			t.Fatalf("%d words for %d keys: %d, %v", words, n, table.Cap(), err)
		}
		if smaller, err := TableOn(make([]uint64, words-1)); n > 3 && (err != nil || smaller.Cap() >= table.Cap()) {
			t.Fatalf("%d words for %d keys: as many in one less, %v", words, n, err)
		}
	}
	if _, err := TableOn(make([]uint64, TableWords(1)-1)); !errors.Is(err, ErrShort) {
		t.Errorf("a table in too few words: %v", err)
	}
	memory := make([]uint64, TableWords(9))
	if memory[tableCount] = 10; true {
		if _, err := TableOn(memory); err == nil {
			t.Error("a table for 9 keys may say that it has 10")
		}
	}
	table := tableOf(t, 9)
	table.head[tableCount] = math.MaxUint64 // by a peer, later
	if n, err := table.Encode(make([]uint32, 1), []int64{1}); n != 0 || !errors.Is(err, ErrFull) || len(table.Keys()) != 9 {
		t.Errorf("a table that says it has too many keys: %d, %v", n, err)
	}
}

func TestMisuseOfTables(t *testing.T) {
	memory := make([]uint64, TableWords(300))
	table, _ := TableOn(memory)
	keys, codes := make([]int64, 10), make([]uint32, 10)
	panics(t, "TableWords of a negative number", func() { TableWords(-1) })
	panics(t, "TableWords of too many", func() { TableWords(math.MaxInt32 * 4) })
	panics(t, "Encode of another length", func() { table.Encode(codes[:9], keys) })
	panics(t, "Find of another length", func() { table.Find(codes[:9], keys) })
	panics(t, "Encode into its keys", func() { table.Encode(narrow(wordsOf(keys))[:10], keys) })
	panics(t, "Encode of what is written", func() { table.Encode(codes, signed(memory[20:30])) })
	panics(t, "Encode into the table", func() { table.Encode(narrow(memory[20:30])[:10], keys) })
	panics(t, "Find into the keys of the table", func() { table.Find(narrow(memory[len(memory)-5:]), keys) })
	panics(t, "Fill from itself", func() { table.Fill(table) })
	if _, err := table.Encode(codes, keys); err != nil {
		t.Fatal(err)
	}
	panics(t, "Fill of what is not empty", func() { table.Fill(tableOf(t, 9)) })
}
