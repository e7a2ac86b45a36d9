package shmarena_test

import (
	"context"
	"fmt"
	"log"
	"slices"

	"github.com/shmengine/shmengine/shmarena"
)

func mustCreate() *shmarena.Arena {
	a, err := shmarena.Create(shmarena.Options{Size: 8 << 20})
	if err != nil {
		log.Fatal(err)
	}
	return a
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// A Value is read as it was stored, by any process, without waiting.
func ExampleValue() {
	ctx := context.Background()
	a := mustCreate()
	defer a.Close()

	type quote struct{ Bid, Ask float64 }
	v, err := shmarena.NewValue(a, quote{9.75, 10.25})
	check(err)
	check(a.Publish("quote", v))

	w, err := shmarena.LookupValue[quote](a, "quote") // in another process
	check(err)
	check(w.Update(ctx, func(q *quote) { q.Ask += 0.5 }))
	q, err := v.Load()
	fmt.Println(q, err)
	// Output: {9.75 10.75} <nil>
}

func ExampleCounter() {
	a := mustCreate()
	defer a.Close()

	n, err := shmarena.NewCounter(a)
	check(err)
	check(n.Add(40))
	check(n.Add(2))
	fmt.Println(n.Sum())
	// Output: 42 <nil>
}

func ExampleList() {
	ctx := context.Background()
	a := mustCreate()
	defer a.Close()

	l, err := shmarena.NewList[float64](a)
	check(err)
	for _, x := range []float64{1.5, 2.5, 3.5} {
		_, err := l.Append(ctx, x)
		check(err)
	}
	check(l.Set(ctx, 0, 0.5))
	last, ok, err := l.Pop(ctx)
	fmt.Println(last, ok, err)
	for i, x := range l.All() {
		fmt.Println(i, x)
	}
	// Output:
	// 3.5 true <nil>
	// 0 0.5
	// 1 2.5
}

// Any process may change a Map while others read it and walk through it.
func ExampleMap() {
	ctx := context.Background()
	a := mustCreate()
	defer a.Close()

	type point struct{ X, Y int32 }
	m, err := shmarena.NewMap[point, float64](a, 0)
	check(err)
	check(m.Set(ctx, point{1, 2}, 0.5))
	check(m.Update(ctx, point{1, 2}, func(v *float64, ok bool) bool {
		*v *= 3
		return ok // false would delete it
	}))
	v, ok, err := m.Get(point{1, 2})
	fmt.Println(v, ok, err, m.Len())
	was, err := m.Delete(ctx, point{3, 4})
	fmt.Println(was, err)
	// Output:
	// 1.5 true <nil> 1
	// false <nil>
}

func ExampleDict() {
	ctx := context.Background()
	a := mustCreate()
	defer a.Close()

	d, err := shmarena.NewDict[int64](a, 100)
	check(err)
	for i, name := range []string{"ask", "bid", "mid"} {
		check(d.Set(ctx, name, int64(i)))
	}
	var names []string
	for name := range d.All() {
		names = append(names, name)
	}
	slices.Sort(names)
	v, ok, err := d.Get("bid")
	fmt.Println(names, v, ok, err)
	// Output: [ask bid mid] 1 true <nil>
}

// Names with values of any types; what is large, or changes, is there by handle.
func ExampleNamespace() {
	ctx := context.Background()
	a := mustCreate()
	defer a.Close()

	n, err := shmarena.NewNamespace(a)
	check(err)
	prices, err := shmarena.CopyIn(a, []float64{10.5, 11.25})
	check(err)
	check(shmarena.SetIn(ctx, n, "rate", 0.25))
	check(shmarena.SetIn(ctx, n, "prices", prices))

	rate, _, err := shmarena.GetIn[float64](n, "rate")
	fmt.Println(rate, err)
	p, _, err := shmarena.GetIn[shmarena.Array[float64]](n, "prices")
	fmt.Println(p.Slice(), err)
	_, _, err = shmarena.GetIn[int64](n, "rate")
	fmt.Println(err)
	// Output:
	// 0.25 <nil>
	// [10.5 11.25] <nil>
	// shmarena: get "rate" as int64 from namespace: array holds another type
}
