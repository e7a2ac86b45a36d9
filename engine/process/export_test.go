package process

// Idle returns how many spares wait whose main has called Init.
func Idle(s *Starter) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sp := range s.idle {
		if sp.b.ready.Load() != 0 {
			n++
		}
	}
	return n
}

// Asleep reports whether all spares of s have gone to sleep.
func Asleep(s *Starter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sp := range s.idle {
		if sp.b.asleep.Load() == 0 {
			return false
		}
	}
	return len(s.idle) > 0
}
