package lint

// Exceptions are the places of this module that break a rule for a reason.
var Exceptions = []Exception{
	{"layout", "shmarena/layout.go", "geometry", "where the parts of one arena begin: computed from its header, never shared itself"},

	{"file-size", "engine/layout.go", "", "one home for all that lies in the control arena: in two files an offset could be in either"},
	{"file-size", "shmarena/layout.go", "", "one home for all that lies in an arena, collections too: in two files an offset could be in either"},

	{"atomics", "examples/publish/main.go", "AddUint64", "a counter for readers in other languages, to whom a typed atomic is a struct of Go's"},

	{"cgo", "examples/isolate/main.go", "C", "a function of C is what the example is about"},
	{"unsafe", "examples/isolate/main.go", "", "C gets the address of its argument"},

	{"function-size", "ringbuf/model_park_test.go", "park", "the steps of one side of a model, one case each: cut in two it could not be compared with the code"},
	{"function-size", "ringbuf/model_ring_test.go", "pushed", "the steps of one side of a model, one case each"},

	{"leaktest", "internal/invariants", "", "nothing is opened"},
	{"leaktest", "internal/race", "", "nothing is opened"},
	{"leaktest", "internal/pod", "", "looks at types, nothing is opened"},
	{"leaktest", "internal/lint", "", "reads files and runs the go command, which may leave a process of its own"},
}
