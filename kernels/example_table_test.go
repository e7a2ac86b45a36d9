package kernels_test

import (
	"errors"
	"fmt"
	"math"

	"github.com/shmengine/shmengine/kernels"
)

func ExampleTable() {
	table, err := kernels.TableOn(make([]uint64, kernels.TableWords(10)))
	if err != nil {
		fmt.Println(err)
		return
	}
	table.Reset(0x5eed) // any number that whoever chooses the keys does not know
	airport, delay := []int64{1001, 77, 1001, -5, 77}, []int64{3, 10, 4, 0, -2}
	codes := make([]uint32, len(airport))
	n, err := table.Encode(codes, airport)
	fmt.Println(n, codes, table.Keys(), err)

	sums := make([]kernels.GroupSum, table.Len())
	err = kernels.GroupedSumInt64(sums, codes, delay)
	for code, key := range table.Keys() {
		fmt.Println(key, sums[code].N, sums[code].Sum)
	}
	fmt.Println(err)
	// Output:
	// 5 [0 1 0 2 1] [1001 77 -5] <nil>
	// 1001 2 7
	// 77 2 8
	// -5 1 0
	// <nil>
}

// A table that is full is filled into a larger one, and the work goes on.
func ExampleTable_Fill() {
	keys := []int64{10, 20, 30, 40, 50, 20}
	codes := make([]uint32, len(keys))
	table, _ := kernels.TableOn(make([]uint64, kernels.TableWords(3)))
	done, err := table.Encode(codes, keys)
	fmt.Println(done, errors.Is(err, kernels.ErrFull))

	larger, _ := kernels.TableOn(make([]uint64, kernels.TableWords(2*table.Cap())))
	if err := larger.Fill(table); err != nil {
		fmt.Println(err)
	}
	more, err := larger.Encode(codes[done:], keys[done:])
	fmt.Println(more, err, codes)
	// Output:
	// 3 true
	// 3 <nil> [0 1 2 3 4 1]
}

func ExampleGroupSum() {
	sums := make([]kernels.GroupSum, 2)
	err := kernels.GroupedSumInt64(sums, []uint32{1, 0, 1}, []int64{1 << 62, 5, 1 << 62})
	mean, ok := sums[1].Mean()
	fmt.Println(sums[0].Sum, sums[1].Sum, mean, ok, err)
	// Output: 5 9223372036854775808 4.611686018427388e+18 true <nil>
}

func ExampleJoin() {
	carrier := []int64{7, 9, 7, 4} // the column to build
	join, err := kernels.JoinOn(make([]uint64, kernels.JoinWords(len(carrier))))
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := join.Build(make([]uint32, len(carrier)), carrier, 0x5eed); err != nil {
		fmt.Println(err)
		return
	}
	flights := []int64{9, 7, 1}
	left, right := make([]int64, 2), make([]int64, 2) // two pairs at a time
	for at := (kernels.JoinPlace{}); at.Row < len(flights); {
		var n int
		n, at = join.Pairs(kernels.LeftJoin, left, right, flights, at)
		fmt.Println(left[:n], right[:n])
	}
	n, _ := join.Pairs(kernels.AntiJoin, left, nil, flights, kernels.JoinPlace{})
	fmt.Println(left[:n])
	// Output:
	// [0 1] [1 0]
	// [1 2] [2 -1]
	// [2]
}

func ExampleJoinKind() {
	join, _ := kernels.JoinOn(make([]uint64, kernels.JoinWords(2)))
	if err := join.Build(make([]uint32, 2), []int64{5, 5}, 0); err != nil {
		fmt.Println(err)
	}
	left, right := make([]int64, 8), make([]int64, 8)
	for _, kind := range []kernels.JoinKind{kernels.InnerJoin, kernels.LeftJoin, kernels.SemiJoin, kernels.AntiJoin} {
		n, _ := join.Pairs(kind, left, right, []int64{6, 5}, kernels.JoinPlace{})
		fmt.Println(left[:n])
	}
	// Output:
	// [1 1]
	// [0 1 1]
	// [1]
	// [0]
}

// A join is taken up again where its output was full.
func ExampleJoinPlace() {
	join, _ := kernels.JoinOn(make([]uint64, kernels.JoinWords(3)))
	if err := join.Build(make([]uint32, 3), []int64{5, 5, 5}, 0); err != nil {
		fmt.Println(err)
	}
	left, right := make([]int64, 2), make([]int64, 2)
	n, next := join.Pairs(kernels.InnerJoin, left, right, []int64{5}, kernels.JoinPlace{})
	fmt.Println(right[:n], next)
	n, next = join.Pairs(kernels.InnerJoin, left, right, []int64{5}, next)
	fmt.Println(right[:n], next)
	// Output:
	// [0 1] {0 2}
	// [2] {1 0}
}

func ExampleFloatKeys() {
	keys := make([]int64, 3)
	kernels.FloatKeys(keys, []float64{0, 1, math.Copysign(0, -1)})
	fmt.Println(keys[0] == keys[2], keys[0] < keys[1])
	// Output: true true
}

func ExampleHashInt64() {
	hashes := make([]uint64, 2)
	kernels.HashInt64(hashes, []int64{1, 2}, 0)
	fmt.Printf("%x\n", hashes)
	// Output: [b456bcfc34c2cb2c 3abf2a20650683e7]
}
