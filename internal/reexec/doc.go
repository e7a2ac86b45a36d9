// Package reexec runs a function of the test binary in a second process, so
// that a test can stop it or kill it at a named point.
//
//	var holder = reexec.Register("holder", func(c *reexec.Child) {
//		m := attach(c, c.File(0))
//		m.Lock()
//		c.At("locked") // reported; stops here if the test armed it
//		m.Unlock()
//	})
//
//	func TestHolderDies(t *testing.T) {
//		p := reexec.Start(t, holder, reexec.Options{Files: []*os.File{f}, Arm: []string{"locked"}})
//		p.WaitAt("locked")
//		p.Kill()
//		...
//	}
//
// TestMain must hand over to the child before it does anything else:
// leaktest.Main does, and [Main] does it for a TestMain of one's own.
//
// The methods of [Proc] are for the goroutine of the test: they end the test
// when the child cannot do what is asked. Those of [Child] are for any
// goroutine of the child.
//
// The child is a process like any other: its own address space, its own
// runtime, the inherited files and nothing else (all descriptors are
// close-on-exec for its own children). It leads a process group of its own.
// It never outlives the test: the test kills and reaps it at its end; when the
// test's process dies the kernel kills it, and the end of its control channel
// ends it. Every wait for a child has a deadline, after which the test fails
// with what the child said last and what it printed. A child that failed by
// itself (a panic, a data race) fails the test even if the test never asks.
//
// What is said travels over a socket pair: in order, and whole or not at all.
// A report made before the child was killed is still heard after it.
//
// The package does not measure, restart or multiplex children, and does not
// collect their coverage. Away from Linux, Start skips the test.
package reexec
