package futex

// Points of the slow path, for the tests of several processes.
const (
	PointWoken    = pointWoken
	PointHanging  = pointHanging
	PointTaken    = pointTaken
	PointReleased = pointReleased
)

// SetHook has f called with each point, from the start of a child on.
func SetHook(f func(p uint8)) { hook = func(p point) { f(uint8(p)) } }

// SetNoWaitv makes WaitAny do without futex_waitv, or with it again if the kernel
// has it.
func SetNoWaitv(yes bool) { noWaitv.Store(yes) }

// NoWaitv reports whether WaitAny does without futex_waitv.
func NoWaitv() bool { return noWaitv.Load() }

// SleepersOf is how many places of the lot may sleep in the kernel.
func SleepersOf(l *Lot) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, p := range &l.beds {
		if p != nil {
			n++
		}
	}
	return n
}
