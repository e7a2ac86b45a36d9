// Package twin compiles C programs that do step for step what a Go program does, to
// be measured beside it, and Go programs that have to be smaller than the one that runs.
//
// What it is. [Compile] makes a [Program] of C source with the machine's own compiler,
// on the spot, [CompileGo] one of a package of this module with the machine's Go;
// [Program.Path] is what to start.
//
// Who may call it at once. Anyone.
//
// Who owns the memory. The program is a file without a name, which ends with
// [Program.Close] and those who run it.
//
// What a dead peer does. A process that is killed while it compiles leaves a folder in
// [os.TempDir], which the next Compile removes.
//
// What it does not do. It brings no compiler: without one there is [ErrNone], as without the module's source.
package twin
