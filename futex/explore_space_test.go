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

// mLine is the line of one process in a model: goroutine + 1, first to last.
type mLine [3]int8

// join puts goroutine i at the end, once, and reports whether it is first.
func (l *mLine) join(i int) bool {
	for k, j := range l {
		if j == int8(i+1) {
			break
		}
		if j == 0 {
			l[k] = int8(i + 1)
			break
		}
	}
	return l[0] == int8(i+1)
}

// leave takes goroutine i out. If it was the first it returns the next, else -1.
func (l *mLine) leave(i int) (next int) {
	for k := range l {
		if l[k] != int8(i+1) {
			continue
		}
		copy(l[k:], l[k+1:])
		l[len(l)-1] = 0
		if k == 0 {
			return int(l[0]) - 1
		}
	}
	return -1
}
