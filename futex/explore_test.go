package futex

// space is a set of states to explore exhaustively: what the models of events,
// semaphores and permits have in common. States are map keys.
type space[S comparable] struct {
	next  func(S) []S                   // the steps of the program and of the kernel
	may   func(S) []S                   // what may happen and need not: kills, cancellations
	tidy  func(*S)                      // clears what has no influence any more; may be nil
	wrong func(s S, canGoOn bool) error // what must not be
}

// explore visits every state that can be reached from first. It returns how many
// there are, and an error if one of them is wrong.
func (sp space[S]) explore(first S) (int, error) {
	seen := map[S]struct{}{first: {}}
	todo := []S{first}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		next := sp.next(s)
		if err := sp.wrong(s, len(next) > 0); err != nil {
			return len(seen), err
		}
		for _, n := range append(next, sp.may(s)...) {
			if sp.tidy != nil {
				sp.tidy(&n)
			}
			if _, ok := seen[n]; !ok {
				seen[n] = struct{}{}
				todo = append(todo, n)
			}
		}
	}
	return len(seen), nil
}
