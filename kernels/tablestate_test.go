package kernels

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/shmengine/shmengine/internal/race"
)

func TestTablesDoNotAllocate(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const n = 3000
	r := rand.New(rand.NewPCG(86, 1))
	keys, codes, hashes := keySets["some"](r, n), make([]uint32, n), make([]uint64, n)
	table, other, join := tableOf(t, n), tableOf(t, n), joinOf(t, n)
	left, right, acc, floats, moments := make([]int64, n), make([]int64, n), make([]GroupSum, n), make([]float64, n), make([]GroupMoments, n)
	onEachLevel(t, func(t *testing.T) {
		for name, f := range map[string]func(){
			"HashInt64": func() { HashInt64(hashes, keys, 1) },
			"Table": func() {
				table.Reset(1)
				table.Encode(codes, keys)
				table.Find(codes, keys)
				other.Reset(2)
				other.Fill(table)
			},
			"Join": func() {
				join.Build(codes, keys, 1)
				for kind := range joinKinds {
					join.Pairs(kind, left, right, keys, JoinPlace{})
				}
			},
			"groups": func() { GroupedSumInt64(acc, codes, keys); GroupedMomentsByCode(moments, codes, floats) },
		} {
			if allocs := testing.AllocsPerRun(3, f); allocs != 0 {
				t.Errorf("%s allocates %v times", name, allocs)
			}
		}
	})
}

// Any number of readers share a table that nobody writes to.
func TestManyReaders(t *testing.T) {
	const n = 2000
	keys := keySets["random"](rand.New(rand.NewPCG(86, 2)), n)
	join, want := joinOf(t, n), make([]uint32, n)
	onEachLevel(t, func(t *testing.T) {
		if err := join.Build(want, keys, 3); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				codes, left, right := make([]uint32, n), make([]int64, n), make([]int64, n)
				if found := join.Table().Find(codes, keys); found != n || !slices.Equal(codes, want) {
					t.Errorf("%d of %d keys are found", found, n)
				}
				if k, _ := join.Pairs(InnerJoin, left, right, keys, JoinPlace{}); k != n || !slices.Equal(left, right) {
					t.Errorf("%d pairs of %d", k, n)
				}
			})
		}
		wg.Wait()
	})
}

// The world can be stopped many times while keys that all collide are looked for,
// 64 buckets each: without safepoints it waits for the end, but for the few stops
// that fall between two blocks by chance.
func TestTablesLetTheCollectorRun(t *testing.T) {
	const enough = 8
	table := tableOf(t, 2000)
	table.Reset(1)
	all := filled(1000*blockKeys, func(i int) int64 { return keyOfBucket(table, 9, i) })
	onEachLevel(t, func(t *testing.T) {
		keys, codes := all, make([]uint32, len(all))
		if active == levelGo {
			keys = all[:len(all)/8] // it takes as long
		}
		table.Reset(1)
		if done, err := table.Encode(codes[:len(keys)], keys); done != mostTries*bucketSlots || !errors.Is(err, ErrCrowded) {
			t.Fatal(done, err)
		}
		stops := stopsWithin(enough, func() { table.Find(codes[:len(keys)], keys) })
		if stops < enough {
			t.Errorf("the world stopped %d times at most while keys were looked for", stops)
		}
	})
}

func FuzzTable(f *testing.F) {
	f.Add([]byte{}, uint64(0))
	f.Add(make([]byte, 17*40), uint64(1))
	f.Fuzz(func(t *testing.T, data []byte, seed uint64) {
		in := fuzzInput(data)
		keys, built := in.x, in.y
		want, distinct := mapCodes(keys)
		for l := range best() + 1 {
			use(t, l)
			table, codes := tableOf(t, len(distinct)), make([]uint32, len(keys))
			table.Reset(seed)
			done, err := table.Encode(codes, keys)
			if !slices.Equal(codes[:done], want[:done]) || err != nil && !errors.Is(err, ErrCrowded) {
				t.Fatalf("codes on %s: %v, %v, want %v", l, codes, err, want)
			}
			join := joinOf(t, len(built))
			if err := join.Build(codes, built, seed); err != nil {
				continue
			}
			left, right := make([]int64, len(keys)*len(built)+1), make([]int64, len(keys)*len(built)+1)
			for kind := range joinKinds {
				wantLeft, wantRight := slowPairs(kind, keys, built)
				n, _ := join.Pairs(kind, left, right, keys, JoinPlace{})
				if kind >= SemiJoin {
					wantRight = right[:n]
				}
				if !slices.Equal(left[:n], wantLeft) || !slices.Equal(right[:n], wantRight) {
					t.Fatalf("join of kind %d on %s: %v %v, want %v %v", kind, l, left[:n], right[:n], wantLeft, wantRight)
				}
			}
		}
	})
}
