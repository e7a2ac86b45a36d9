package futex

import "unsafe"

// The sizes in layout.go are those that the compiler gives.
var _ [rwMutexSize]byte = [unsafe.Sizeof(RWMutex{})]byte{}

var _ [condSize]byte = [unsafe.Sizeof(Cond{})]byte{}

var _ [rmutexSize]byte = [unsafe.Sizeof(RMutex{})]byte{}

var _ [barrierSize]byte = [unsafe.Sizeof(Barrier{})]byte{}
