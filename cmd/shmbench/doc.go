// Command shmbench measures shmengine on this machine.
//
// Without arguments it does the main job: flight delays by the hour, from real
// data, in worker processes that share memory, beside goroutines, one
// goroutine, worker processes over pipes, and Python's pool. It prints the
// answers, the figures, and the command that repeats them.
//
// The command lock measures the locks between processes, beside those of Go and C;
// alloc measures memory that is taken and given back, beside Go, C, the kernel and
// Python; ring measures messages between processes, beside C rings,
// pipes and sockets; dispatch measures handing work over, beside goroutines, pipes,
// OpenMP and Python.
//
// inspect, doctor and gc look: at an arena, at the machine, and at what dead
// processes have left, which gc removes.
//
// Figures go to standard output, progress to standard error if that is a
// terminal. Exit codes: 0 ok, 1 failed (a wrong answer among others), 2 usage,
// 4 the machine cannot, 130 interrupted. Whatever ends it, its processes end
// with it and nothing stays behind.
//
// The work is done by package bench and those below it; here are flags and output
// only.
package main
