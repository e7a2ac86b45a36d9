// Package account asks the kernel what a piece of work cost in copied bytes and
// system calls, so that "without a copy" is a reading and not a claim.
//
// What it is. A [Meter] covers this process and some others. Copied bytes are
// the growth of rchar and wchar in /proc/PID/io: what read- and write-like
// calls moved between a process and the kernel, each side counted, since each
// side is a copy. Stores to shared or private memory are not seen there.
// System calls are all of them, counted by the tracepoint
// raw_syscalls:sys_enter, where this process may open it (it takes
// CAP_SYS_ADMIN to find its number without a mounted tracefs, and CAP_PERFMON or
// a low perf_event_paranoid to open it); elsewhere they are the read- and
// write-like calls of /proc/PID/io only. [Meter.Calls] says which.
//
// The reading itself costs a few calls and bytes. They are measured, over an
// empty piece of work, and taken off. What the Go runtime does in the
// background (its monitor thread sleeps by system calls) is counted: it
// is part of what a job costs. Memory mapped files and page faults are not
// counted.
//
// Who may call it at once. A Meter belongs to one goroutine. Two Meters at
// once count each other's work if they cover the same process.
//
// Who owns the memory. A Meter holds a descriptor for each thread that it
// counts, until Close.
//
// What a dead peer does. A process that ended between Start and Stop makes
// Stop fail: what it did can no longer be read.
//
// What it does not do. It does not slow a timed run: the tracepoint costs about
// 0.1 us a call while a Meter is open, so measure time in one run and count
// in another.
package account
