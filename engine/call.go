package engine

import (
	"fmt"
	"runtime/debug"
)

// Kinds of failure, as stored in a job slot.
const (
	failError = iota + 1
	failPanic
)

// A failure is how a partition ended that was not done.
type failure struct {
	kind uint32
	text string
	err  error // the kernel's own, in goroutine mode only
}

// call runs one partition. A panic, also one for a fault on mapped memory, is a
// failure of that partition, and so is an error. A kernel that calls
// runtime.Goexit cannot be brought back: gone is called, and call does not
// return.
func call(r runner, t *Task, out []byte, gone func()) (f *failure) {
	returned := false
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			gone()
			return
		}
		f = &failure{kind: failPanic, text: panicText(p)}
	}()
	err := r.run(t, out)
	returned = true
	if err != nil {
		f = &failure{kind: failError, text: err.Error(), err: err}
	}
	return f
}

// taskError is f as the caller of Run sees it.
func (f *failure) taskError(kernel string, partition, lo, hi int) *TaskError {
	return &TaskError{
		Kernel: kernel, Partition: partition, Lo: lo, Hi: hi,
		Message: f.text, Panic: f.kind == failPanic, cause: f.err,
	}
}

// goexitText is the message for a kernel that called runtime.Goexit.
const goexitText = "called runtime.Goexit"

func panicText(p any) string {
	s := fmt.Sprint(p)
	if a, ok := p.(interface{ Addr() uintptr }); ok {
		s = fmt.Sprintf("%s (address %#x)", s, a.Addr())
	}
	return s + "\n" + string(debug.Stack())
}
