// Isolate runs a function of C that crashes on some inputs, and goes on.
//
//	go run ./examples/isolate
//
// prints what became of each input:
//
//	"+5+7":  12
//	"+5*2":  10
//	"+5/0":  crashed: SIGFPE: floating-point exception, exit code 2
//	"+5?1":  crashed: SIGSEGV: segmentation violation, exit code 2
//	"+1+1":  2
//
// The calculator in C divides by zero, and jumps to nowhere at a sign that it does not
// know. Each of its calls has a process of its own ([engine.Func.Isolated]), a warm spare
// of this very program, so a crash is an error of that call. It needs Go, gcc and
// CGO_ENABLED=1; without cgo the program says so.
package main
