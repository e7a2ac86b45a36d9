// Package lint holds the house rules of this module as checks of its source.
//
// The test of this package reads the module's files and fails with all
// findings at once, one a line as "file:line: rule: what is wrong":
//
//	go test ./internal/lint
//
// The rules are small functions in files named after what they look at, and
// what they allow is data: who may import whom in table.go, and places that
// break a rule for a reason in exceptions.go. An exception that nothing needs
// any more is itself a finding, so the list only gets shorter by itself. There
// are two limits on sizes: the first can be excepted, the second cannot.
//
// [Load] works on any fs.FS, so each rule is shown to catch its violation in a
// source that exists in memory only. Modules inside the module, test data,
// folders that the go command leaves out, and generated files are left out, the
// last only from rules about style. Files for all systems and build tags are
// read, since nothing is compiled.
//
// A second test builds a minimal program that embeds the library, in a module
// of its own, and holds the modules that it requires and links to their budget.
//
// What needs judgement is not here: whether a shared word is checked before
// use, whether a wait can end, whether a comment tells the truth.
package lint
