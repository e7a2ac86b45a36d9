// Queue is two programs in one that share a queue. Run one in one terminal, the other in another, in
// any order:
//
//	go run ./examples/queue receive
//	go run ./examples/queue send
//
// Whoever comes first waits for the other, until Ctrl-C. The sender puts five readings and waits
// until they were all received; the receiver prints them and ends when the sender has closed. Kill
// either with -9 and the other says who died. Nothing stays in /dev/shm.
//
// A word after send or receive names another queue, so that several pairs can run at once.
package main
