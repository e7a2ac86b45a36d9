// Package process starts and watches child processes.
//
// It is the part of the engine that knows how to make a worker process, how to
// learn within a millisecond that it is gone, and how to make sure that it never
// outlives the process that started it. It knows nothing of arenas, rings or jobs,
// and can be used alone:
//
//	p, err := process.Start(process.Command{Args: []string{"-worker"}})
//	...
//	err = p.Join(ctx)
//	code, _ := p.ExitCode() // 0, 8, -9 (killed by SIGKILL)
//
// # Who may call it
//
// Every function and method is safe for any number of goroutines at once. All starts
// of a program run one after the other (about a millisecond each) on one goroutine
// that is locked to its operating-system thread for life. The kernel sends the
// parent-death signal when the thread that created the child ends, so a start from
// an ordinary goroutine would kill the child whenever Go retires that thread. For the
// same reason a child has the attributes (CPU affinity, namespaces) of that thread,
// not those of a caller locked to a thread of its own, and a program that replaces
// itself by execve loses its children.
//
// # What a child receives
//
//   - Descriptor 0 is the null device, 1 and 2 are the outputs, 3 and up are
//     Command.Files in order, then the lifeline if Command.Lifeline asks for one.
//     There is nothing else: every descriptor of this process from 3 up is marked
//     close-on-exec by each Start, including those that it inherited itself or that
//     C code opened. Marking them is one system call, whatever their number.
//   - Files are passed as they are. The non-blocking flag belongs to the open file,
//     not to the descriptor, and is shared: Start leaves it alone, unlike os/exec,
//     which clears it for the parent as well.
//   - The environment of this process with Command.Env on top.
//   - SIGKILL when this process ends, however it ends. The race with a parent that
//     dies during the start is covered. The kernel forgets the request if the child
//     gains privileges on execve (setuid programs, file capabilities), and it does not
//     reach past a wrapper (sh -c, unshare, bwrap): there the child calls
//     EndWithParent, with Command.Lifeline set by the parent.
//
// A child that is a program of ours calls EndWithParent first of all, and gets its files
// by Inherited.
//
// # The end of a child
//
// Done is closed as soon as the kernel reports the death and the child has been
// reaped; no zombie stays. At that moment ExitCode, ExitSignal and StderrTail are
// final. A grand-child that still holds the outputs open delays neither Done nor
// Join: what is in the pipe is taken and the pipe is closed, so that a later write of
// the grand-child fails. A writer (Command.Stdout, Command.Stderr) that blocks does
// not delay Done; it does delay Join, which waits until the output was passed on, or
// for its context.
//
// Signals go through a pidfd, a descriptor of the process itself. They never reach a
// stranger that was given the same number later. A Process needs no Close: everything
// it holds is freed when the child ends, also if nobody joins it.
//
// # What a dead or hostile child does to you
//
// It can write to its outputs as much as it likes: this process keeps the last 8 KiB
// of stderr and passes the rest on, at the speed of the writer. A full or broken
// stdout or stderr of this process is ignored, and does not raise SIGPIPE here. A
// child that does not die of SIGKILL (uninterruptible input or output) leaves Done
// open; the caller decides how long to wait.
//
// # Ctrl-C
//
// A terminal sends SIGINT to every process of its foreground group. With
// Command.IgnoreInterrupt the child starts in a group of its own, so there is no instant
// in which Ctrl-C could end it, and this process is not affected. EndWithParent in the
// child then ignores SIGINT and returns to this process's group, so that Ctrl-Z and fg
// stop and continue all of them together. A child that never calls it stays in its own
// group: Ctrl-Z does not stop it. (Starting it with SIGINT blocked would not do: the Go
// runtime unblocks it before the program's first line.)
//
// # What it does not do
//
// It does not fork: in a program with threads only what follows execve is safe. It
// does not restart, pool or limit processes; package engine does. Away from Linux
// Start returns errors.ErrUnsupported. Under a kernel without pidfds (older than 5.4,
// some sandboxes) it does so as well, and leaves no child behind.
package process
