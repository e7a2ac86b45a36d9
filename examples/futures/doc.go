// Command futures has worker processes of its own program read texts, each as a
// task: it prints what they found as they finish, and what became of a text that
// kills its worker.
//
//	go run ./examples/futures
//
// The lines that matter are the function summarize, a package variable so that
// every process of the program knows it by name, and the loop in run. A text and its
// summary are structs with strings and slices: they are copied into shared memory and
// out of it. An error that was registered is found by errors.Is in the process that
// asked; a worker that ends in the middle of a text is an error of that text only, and
// the others are read by its replacement.
package main
