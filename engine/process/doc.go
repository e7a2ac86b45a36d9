// Package process starts and watches child processes: the workers of an engine, or any.
// A child dies with the process that started it, is seen dead within a millisecond, and
// is never mistaken for a stranger that was given its number later.
//
//	p, err := process.Start(process.Command{Args: []string{"-worker"}})
//	err = p.Join(ctx)
//	code, _ := p.ExitCode() // 0, 8, -9 (SIGKILL)
//
// # Who may call it
//
// Any number of goroutines. Starts run one after the other, a millisecond each, on one
// goroutine that is locked to its thread for life: the kernel sends the parent-death
// signal when the thread that created the child ends, and Go ends threads. So a child has
// the CPU affinity and namespaces of that thread, not those of a caller locked to another,
// and a program that replaces itself by execve loses its children.
//
// # What a child receives
//
// Descriptors 0 (the null device), 1, 2, Command.Files from 3 on, the lifeline if asked
// for, and nothing else: each Start marks every descriptor of this process from 3 up
// close-on-exec, by one system call. Files keep their blocking mode, which is shared with
// this process (os/exec clears it). The environment is this process's with Command.Env on
// top. SIGKILL comes from the kernel when this process ends, however it ends, also during
// the start. It does not reach past a wrapper (sh -c, unshare, bwrap) or a program that
// gains privileges on execve: there the child calls EndWithParent, with Command.Lifeline set
// here. A program of ours calls it first, and gets its files by Inherited, later by a FileConn.
//
// # The end of a child
//
// Done is closed when the child is dead and reaped; ExitCode, ExitSignal and StderrTail
// are final then. A grand-child that holds the outputs open delays neither Done nor Join:
// what is in the pipe is taken, and later writes of the grand-child fail. A writer (Stdout,
// Stderr) that blocks delays Join, which waits for it or its context, but not Done. Signals
// go through a pidfd and never reach a stranger. Nothing needs to be closed: all is freed
// when the child ends, joined or not.
//
// # Entries and spares
//
// An Entry is a function that children run in place of main; Init in the first line of
// main runs it there. A Starter runs entries by a StartMethod: Spawn, or Standby, which
// hands them to processes that were started before and sleep. Where Init is missing, Start
// is ErrNoInit before there is a fork bomb; below MaxDepth generations it is ErrRecursion.
//
// # What a dead or hostile child does to you
//
// Of its stderr the last 8 KiB are kept; all is passed on at the speed of the writer. If
// this process's own stdout or stderr is full, closed or a broken pipe, the child's words are
// dropped, without SIGPIPE here. One that does not die of SIGKILL leaves Done open.
//
// # Ctrl-C
//
// With Command.IgnoreInterrupt a child starts in a process group of its own, out of reach
// from the first instruction; EndWithParent there ignores SIGINT and returns to this
// process's group, so that Ctrl-Z and fg stop and continue all together.
//
// # What it does not do
//
// It does not fork or limit processes, restarts none but idle spares, and passes no *Process on.
// Without pidfds (not Linux, before 5.4, some sandboxes) Start is errors.ErrUnsupported.
package process
