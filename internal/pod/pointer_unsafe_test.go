package pod_test

import "unsafe"

// rawPointer is a value that must be refused.
var rawPointer unsafe.Pointer
