// Package mem tells the truth about the memory of processes, as the kernel counts it.
//
// What it is. [Run] looks at some processes, or at the whole system, once or over an
// interval, and gives a [Report]: what each has mapped, what of it is in memory, what of
// that is its own or shared, what it has copied on write, how heap and stack grew, which
// faults and switches there were. What several processes share is counted once in their
// sum of PSS, and once for each in their sum of RSS. [ReadMaps] reads the mappings.
//
// Where it comes from. /proc: smaps_rollup, stat, status of each thread, meminfo, and stat
// by way of prometheus/procfs; smaps and vmstat by a parser here, because that library
// gives no figures for single mappings, and none of vmstat. All of it is a look at something that
// changes: figures of one process that come from several files may differ by what it did
// between.
//
// Who may call it at once. Everything; nothing is kept.
//
// Who owns the memory. Reports are plain values.
//
// What a dead or hostile process does. One that is not there, ends meanwhile, or whose
// number went to another process is [ErrGone]; one that may not be looked at is
// [ErrDenied]; one without memory of its own (a kernel thread, a zombie) is [ErrNoMemory].
// Names of processes and mappings are theirs to choose: they are printed with whatever is
// no letter escaped.
//
// What it does not do. It stops nobody, and needs no right but to read /proc. On systems
// other than Linux Run is errors.ErrUnsupported.
package mem
