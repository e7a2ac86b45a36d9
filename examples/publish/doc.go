// Command publish makes a named arena with something in it to read from other
// languages, and keeps changing it until its input ends or Ctrl-C:
//
//	go run ./examples/publish prices
//
//	python3 examples/python/read.py prices mid
//	python3 examples/python/with_numpy.py prices
//	cc -O2 -o /tmp/read examples/c/read.c && /tmp/read prices mid
//
// docs/interop.md says how the readers find the bytes. The tests of this package
// run them.
package main
