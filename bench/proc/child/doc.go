// Command child can do nothing but say that it has started: it is what a small program
// of a user's pays for a process.
//
// Package proc compiles it, without the C library, and starts it; by hand it says so and
// ends with exit code 2. It imports engine/process and what that needs, and no other
// package: whatever is added here is added to the figure.
//
// It shares nothing with whoever starts it but the pipe that package stamp writes to,
// owns no memory beside its own, and ends with its parent. One measurement starts it
// some dozens of times.
package main
