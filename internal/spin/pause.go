package spin

// Checkpoint is a safepoint: the place in a loop around an assembly stub where
// the runtime can stop the goroutine. It costs about two nanoseconds.
//
// It calls another function because only a function that calls has a stack
// check; the test of this package looks for the check in the compiled code.
//
//go:noinline
func Checkpoint() { leaf() }

//go:noinline
func leaf() {}
