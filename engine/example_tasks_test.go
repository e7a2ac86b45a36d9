package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/shmengine/shmengine/engine"
)

type question struct {
	Text  string
	Words []string
}

type answer struct {
	Text  string
	Found map[string]int
}

// counts writes map[string]int, which no plan can see through.
type counts struct{}

func (counts) Size(m *map[string]int) int { return len(counts{}.text(*m)) }

func (counts) Encode(dst []byte, m *map[string]int) int { return copy(dst, counts{}.text(*m)) }

func (counts) Decode(src []byte, m *map[string]int) error {
	*m = map[string]int{}
	for line := range strings.Lines(string(src)) {
		var word string
		var n int
		if _, err := fmt.Sscan(line, &word, &n); err != nil {
			return err
		}
		(*m)[word] = n
	}
	return nil
}

func (counts) text(m map[string]int) (s string) {
	for word, n := range m {
		s += fmt.Sprintln(word, n)
	}
	return s
}

var errNothing = errors.New("nothing to look for")
var _ = engine.RegisterError(errNothing)

var find = engine.NewFunc("example/find", func(_ context.Context, q question) (answer, error) {
	if len(q.Words) == 0 {
		return answer{}, errNothing
	}
	a := answer{strings.ToUpper(q.Text), map[string]int{}}
	for _, w := range q.Words {
		a.Found[w] = strings.Count(q.Text, w)
	}
	return a, nil
}, engine.Idempotent, engine.Using[map[string]int](counts{}))

var double = engine.NewFunc("example/double", func(_ context.Context, x float64) (float64, error) { return 2 * x, nil })

func ExampleFunc_Submit() {
	ctx := context.Background()
	e, _ := engine.Start(ctx, engine.Config{Workers: 2, ArenaSize: 1 << 20})
	defer e.Close()
	f, err := find.Submit(ctx, e, question{"a rose is a rose", []string{"rose", "is"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Result(ctx))
	f, _ = find.Submit(ctx, e, question{})
	_, err = f.Result(ctx)
	fmt.Println(err, errors.Is(err, errNothing))
	// Output:
	// {A ROSE IS A ROSE map[is:1 rose:2]} <nil>
	// engine: task example/find: nothing to look for true
}

func ExampleFunc_Map() {
	ctx := context.Background()
	e, _ := engine.Start(ctx, engine.Config{Workers: 2, ArenaSize: 1 << 20})
	defer e.Close()
	for r, err := range double.Map(ctx, e, slices.Values([]float64{1, 2.5, 4}), engine.MapOptions{}) {
		fmt.Println(r, err)
	}
	// Output:
	// 2 <nil>
	// 5 <nil>
	// 8 <nil>
}

func ExampleAsCompleted() {
	ctx := context.Background()
	e, _ := engine.Start(ctx, engine.Config{Workers: 1, Mode: engine.Goroutines, ArenaSize: 1 << 20})
	defer e.Close()
	var fs []*engine.Future[float64]
	for x := range 3 {
		f, _ := double.Submit(ctx, e, float64(x))
		fs = append(fs, f)
	}
	sum := 0.0
	for _, f := range engine.AsCompleted(ctx, fs...) {
		r, _ := f.Result(ctx)
		sum += r
	}
	_, unfinished, err := engine.Wait(ctx, engine.WaitAll, fs...)
	fmt.Println(sum, len(unfinished), err)
	// Output: 6 0 <nil>
}
