// Package limits puts bounds on a worker process: which CPUs it runs on and how eagerly,
// how much of a resource it may take, which files it may touch and which system calls it
// may make. The engine does so for its workers by Config.Limits.
//
// What it is. [Limits] say what is wanted; its zero value is nothing. What was done about
// it is a list of [Item], one for each thing: some bounds are not to be had everywhere
// (Landlock before Linux 5.13, a cgroup that nobody has delegated), and then the item says
// why. With Limits.Strict the worker ends instead.
//
// How it is done. CPUs, niceness and Landlock hold for one thread and what that starts,
// and a Go program has several before its first line runs. So the process, which has done
// nothing yet, takes them upon the thread that it is on and replaces itself by the same
// program ([Enter]): all threads there are descendants of that one. It costs one more
// start of the program, a millisecond. Resource limits and the filter of system calls hold
// for whole processes, and come later, when the arenas are mapped ([Finish]).
//
// Who may call it. A process that is about to become a worker, once, before it starts
// anything. The bounds cannot be taken back; children inherit them.
//
// What it does not do. It is no jail for hostile code: a worker writes to shared memory,
// by which it can mislead the coordinator, and the kernel's interface is large. It keeps
// bugs, and code that was taken over half-way, from the rest of the system. Away from Linux nothing
// of it is there, and every item says so.
package limits
