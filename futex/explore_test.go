package futex

import "os"

// A protocol whose states are values: what each goroutine is about to do, and
// the shared words.
//
// These models take the waiting itself as given: the kernel compares the word
// before the sleep, a wake is a step of its own, and a death makes each survivor
// that is parked look again (stale), at any later time. model_test.go is about
// whether that is so.
type protocol[S comparable] struct {
	steps     func(S) []S         // of the program or the kernel
	accidents func(S) []S         // may happen and need not: kills, cancellations
	check     func(S, bool) error // what is wrong; whether any step is possible
	reduce    func(S) S           // without what has no influence any more
}

// explore visits every state that can be reached from first, and returns how many
// there are, or the first that is wrong.
func (p protocol[S]) explore(first S) (int, error) {
	seen := map[S]struct{}{first: {}}
	todo := []S{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := p.steps(s)
		if err := p.check(s, len(next) > 0); err != nil {
			return len(seen), err
		}
		for _, n := range append(next, p.accidents(s)...) {
			n = p.reduce(n)
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}

// longModels says that the large configurations are asked for.
func longModels() bool { return os.Getenv("SHMENGINE_STRESS") != "" }
