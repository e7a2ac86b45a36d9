// Package member keeps the table of the processes that are attached to a
// segment, and tells who of them is alive.
package member
