// Package stamp is what the children of package proc do: they say what time it is.
//
// It is a package of its own so that the program in bench/proc/child, which starts as
// fast as a program can that has package engine/process and nothing else, has the same
// [Entry] as the program that measures.
//
// Who may call it at once. Anyone.
//
// Who owns the memory. Nothing is shared but a pipe, which is the child's descriptor 3.
//
// What a dead peer does. A pipe that nobody reads ends the child with an error.
//
// What it does not do. It compares nothing: what the moments mean is package proc's.
package stamp
