// Package ostour measures what the operating system and the processor charge a program
// for: pages, copies, stacks, TLB misses, shared cache lines, threads, processes, switches,
// system calls and clocks. One case each, in a few seconds in all.
//
// What it is. [Run] measures every case of [Cases] in rounds and gives a [Report]: of each
// system of a case the median, the 99th percentile and the spread, and of each case a
// sentence on what that means for a program, with the numbers of this machine.
//
// What is counted. A value is the mean of a short batch, so the 99th percentile is that of
// batches. Beside the time each measurement counts what proves that it is of the thing that
// it is named after: page faults and switches that the kernel has counted, thread
// ids that differ, the growth of the stack's mapping, steps of a chase that came home.
// A count that is too small is [report.ErrWrong], and there are no figures.
//
// Who may call it at once. One Run at a time is a measurement; two are none.
//
// Who owns the memory. All mappings are private to Run and gone when it returns. brk and the
// main stack are grown in a child process, whose address space is nobody else's.
//
// What a dead peer does. A child that ends before its time is an error. All children end
// with this process, however it ends.
//
// What it does not do. It needs no rights, changes no setting, and runs no C but for threads
// and vfork, which Go has no way to do by themselves; without a C compiler these are left
// out, and that is said.
//
// A program that calls Run has called [Init] at the start of main.
package ostour
