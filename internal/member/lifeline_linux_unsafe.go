//go:build linux

package member

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lifeline is a thread of this process with one robust futex: the life word of its
// member's slot.
type lifeline struct{ quit, done chan struct{} }

// robust is a thread's list of robust futexes as the kernel reads it: a circle of
// the head and one node. Its addresses mean something in this process only, and
// it is not in shared memory.
type robust struct {
	head struct {
		next    uintptr
		offset  uintptr // from a node to its futex
		pending uintptr
	}
	node struct{ next uintptr }
}

func (r *robust) hold(word *atomic.Uint32) {
	node := uintptr(unsafe.Pointer(&r.node))
	r.head.next, r.node.next = node, uintptr(unsafe.Pointer(&r.head))
	r.head.offset = uintptr(unsafe.Pointer(word)) - node
}

// startLifeline returns when the thread lives and the word says so.
func startLifeline(word *atomic.Uint32) *lifeline {
	l := &lifeline{quit: make(chan struct{}), done: make(chan struct{})}
	started := make(chan struct{})
	go l.live(word, started)
	<-started
	return l
}

// live is the thread. It ends with the goroutine, since that stays locked to it; but
// the runtime keeps the first thread of a process, if it is that.
func (l *lifeline) live(word *atomic.Uint32, started chan<- struct{}) {
	defer close(l.done)
	runtime.LockOSThread()
	r := new(robust)
	r.hold(word)
	word.Store(uint32(unix.Gettid()) | futexWaiters)
	if !setRobustList(&r.head, unsafe.Sizeof(r.head)) {
		word.Store(0)
	}
	close(started)
	<-l.quit
	setRobustList[struct{}](nil, unsafe.Sizeof(r.head))
	word.Store(0)
	runtime.KeepAlive(r)
}

// setRobustList tells the kernel of this thread's list; nil is none.
func setRobustList[T any](head *T, size uintptr) bool {
	_, _, errno := unix.RawSyscall(unix.SYS_SET_ROBUST_LIST, uintptr(unsafe.Pointer(head)), size, 0)
	return errno == 0
}

// end ends the thread, and clears the word.
func (l *lifeline) end() {
	close(l.quit)
	<-l.done
}
