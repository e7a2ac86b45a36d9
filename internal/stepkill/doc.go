// Package stepkill kills a process at every single instruction of an
// operation, and has the test look at what it leaves behind.
//
// Random kills hit a window of ten nanoseconds only by luck. Here a child of
// package reexec marks one operation as its [Region]; [Run] lets a child run
// up to the region, executes k instructions of it one by one with ptrace, and
// kills it, for k = 0, 1, 2 and so on up to the whole region. After each kill
// the test's Verify works on the shared memory as a survivor would.
//
//	var locker = reexec.Register("locker", func(c *reexec.Child) {
//		m := attach(c.File(0))
//		stepkill.Region(c, func() { m.Lock() })
//	})
//
//	func TestKilledInLock(t *testing.T) {
//		stepkill.Run(t, stepkill.Config{
//			Child: locker, Files: []*os.File{f}, Watch: mem,
//			Prepare: func() { clear(mem) },
//			Verify:  func(stepkill.Point) error { return lockAsSurvivor(mem) },
//		})
//	}
//
// [RunCalls] is the same with system calls for instructions: it kills before and
// after each one of the region's thread. It is for what the kernel keeps: files,
// names, mappings, locks.
//
// What makes it sound: the thread of the region is the only one that moves
// while it is stepped. All others of the child stand still, and it runs with
// one processor, no garbage collection and no preemption, so that each child
// executes the same instructions. If the region waits for something, the
// others are let go; if nothing in the child wakes it either, being asleep in
// that system call is a kill point of its own, and Config.Asleep may have
// another process wake it.
//
// A second process that holds, contends or sleeps is a child of package reexec
// that the test starts once, and that Prepare, Asleep and Verify talk to.
//
// What it does not do: other threads are not stepped, so work that an operation
// hands to another goroutine is not cut in pieces. A second process that races
// with the region makes the order of things vary from child to child; each kill
// is still at an instruction, but not all interleavings are tried. Of two operations,
// one of which stands still while the other is done, Meanwhile tries all.
//
// A step takes up to 25 us in a virtual machine, a child 2 ms and more; it runs at
// full speed to where its last steps begin. A region of n instructions costs n
// children. With Config.File only those kills are tried that leave something
// else than the kill before, a hundredth of them, and none of the others is untried
// by that: of a dead process there is nothing but what it left. (Not so if the region
// changes what the kernel does at the process's end, such as the thread's list of
// robust futexes.) Config.Watch does that for a part of the memory, which is
// cheaper and proves less; Config.Stride tries fewer.
//
// Run occupies its goroutine and may not run twice at the same time on the
// same memory. The memory belongs to the test. Where a child cannot be stepped
// (not linux/amd64, ptrace forbidden, under the race detector, whose
// instructions are not those of the program) Run skips the test and says why.
package stepkill
