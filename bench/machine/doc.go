// Package machine says what a figure was measured on, and how much memory there
// is to measure in.
//
// What it is. [Describe] gives the facts that go with every report, [Memory]
// what this process may still take, [ParseSize] and [FormatSize] sizes as people
// write them; [CPUs] says where it may run and [Pin] where it does.
//
// Who may call it at once. Everything is safe for concurrent use.
//
// Who owns the memory. Results are plain values.
//
// What a dead or hostile peer does. There is none; a fact that cannot be read
// is left empty.
//
// What it does not do. It changes no setting of the machine.
package machine
