// Package procstat reads what the Linux kernel knows of one process: its memory, its
// CPU time, faults and context switches.
//
// It is what the engine's workers need not count themselves. The kernel's figures are
// true whatever the process does, also of one that hangs, and cost it nothing.
//
// Who may call it: everybody, at any time; nothing is kept. A look costs the reader some
// ten microseconds for each thread of the process; PSS costs more, since the kernel
// walks the page tables of everything that is in memory, and is read only if asked for.
//
// A process may end between two files. Then the look fails, with an error that is
// fs.ErrNotExist: there is no half of it. Figures of threads that ended are lost to the
// sums of switches and of the exact CPU time.
//
// What it does not do: tell one process from a later one with its number (Start does),
// or read anything away from Linux, where there is no such file.
package procstat
