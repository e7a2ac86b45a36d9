// Command embed is the smallest program around an engine: it puts a million
// numbers into shared memory, has worker processes of its own program scale
// them into a new array, and sums the squares of that.
//
// A worker runs main as well, as far as engine.Init: there it becomes a worker
// and never returns, so nothing below Init happens twice. What main would have
// set up before a job, such as package variables, flags or open files, is not
// there in a worker; a kernel knows what its arguments say.
//
//	go run ./examples/embed
package main
