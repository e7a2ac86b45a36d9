// Queue is two pairs of programs in one that know nothing of each other but a name. Run one of a pair
// in one terminal, the other in another. The first pair shares a queue:
//
//	go run ./examples/queue receive
//	go run ./examples/queue send
//
// Whoever comes first waits for the other, until Ctrl-C. The sender puts a reading each second, five in
// all, and waits until they were received; the receiver prints them and ends when the sender has closed.
// Kill either with -9 meanwhile and the other says who died. Nothing stays in /dev/shm but a queue all of
// whose programs were killed; the next one of its name takes that away.
//
// The second pair has a connection, through which values go both ways:
//
//	go run ./examples/queue serve
//	go run ./examples/queue ask
//
// A word after these names another queue or connection, so that several pairs can run at once.
package main
