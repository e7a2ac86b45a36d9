package account

import "unsafe"

// attrSize is what the kernel wants to know of perf_event_attr.
func attrSize[T any](attr *T) uint32 { return uint32(unsafe.Sizeof(*attr)) }
