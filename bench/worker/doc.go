// Package worker starts child processes with a pipe each way, for rivals and
// measurements that are told what to do over pipes.
//
// What it is. [Start] starts a program, or this one again, as a [Worker];
// [Close] ends some of them, and [Worker.Lost] says what one said last. A [Talker] is
// one that is told what to do in lines, and a [Console] its side of that.
//
// Who may call it at once. Start and [NewPipe] may be called by anyone; a Worker
// belongs to one goroutine.
//
// Who owns the memory. The pipes are the Worker's until Close.
//
// What a dead worker does. Reading from it ends, writing to it fails. All
// workers end when this process dies, however it dies.
//
// What it does not do. It knows nothing of what goes through the pipes.
package worker
