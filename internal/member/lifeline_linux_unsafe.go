//go:build linux

package member

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// lifeline is a thread of this process with one robust futex: the life word of its
// member's slot. The thread does nothing: it is told of the word by memory that the
// kernel reads when the thread ends, and so can be given another word at any time.
type lifeline struct {
	robust     robust
	tid        uint32 // 0: there are no robust futexes here
	word       *atomic.Uint32
	quit, done chan struct{}
}

// robust is a thread's list of robust futexes as the kernel reads it: a circle of
// the head and one node, or of the head alone. Its addresses mean something in this
// process only, and it is not in shared memory.
type robust struct {
	head struct {
		next    atomic.Uintptr
		offset  uintptr // from a node to its futex
		pending uintptr
	}
	node struct{ next uintptr }
}

func (r *robust) empty() { r.head.next.Store(uintptr(unsafe.Pointer(&r.head))) }

func (r *robust) hold(word *atomic.Uint32) {
	node := uintptr(unsafe.Pointer(&r.node))
	r.node.next = uintptr(unsafe.Pointer(&r.head))
	r.head.offset = uintptr(unsafe.Pointer(word)) - node
	r.head.next.Store(node) // last: the kernel may read at any time
}

// spare is a lifeline whose member has left, kept for a while: to start a thread,
// and to have it end, takes as long as all else that a member needs to join.
var spare struct {
	sync.Mutex
	line *lifeline
}

// linger is how long a spare lifeline is kept.
const linger = 100 * time.Millisecond

// startLifeline returns when the thread lives and the word says so.
func startLifeline(word *atomic.Uint32) *lifeline {
	spare.Lock()
	l := spare.line
	spare.line = nil
	spare.Unlock()
	if l == nil {
		l = &lifeline{quit: make(chan struct{}), done: make(chan struct{})}
		started := make(chan struct{})
		go l.live(started)
		<-started
	}
	if l.word = word; l.tid != 0 {
		word.Store(l.tid | futexWaiters)
		l.robust.hold(word)
	}
	return l
}

// live is the thread. It ends with the goroutine, since that stays locked to it; but
// the runtime keeps the first thread of a process, if it is that.
func (l *lifeline) live(started chan<- struct{}) {
	defer close(l.done)
	runtime.LockOSThread()
	l.robust.empty()
	if setRobustList(&l.robust.head, unsafe.Sizeof(l.robust.head)) {
		l.tid = uint32(unix.Gettid())
	}
	close(started)
	<-l.quit
	setRobustList[struct{}](nil, unsafe.Sizeof(l.robust.head))
	runtime.KeepAlive(l)
}

// setRobustList tells the kernel of this thread's list; nil is none.
func setRobustList[T any](head *T, size uintptr) bool {
	_, _, errno := unix.RawSyscall(unix.SYS_SET_ROBUST_LIST, uintptr(unsafe.Pointer(head)), size, 0)
	return errno == 0
}

// end clears the word and makes the lifeline the spare one, or ends it if there is
// one.
func (l *lifeline) end() {
	l.robust.empty()
	l.word.Store(0)
	spare.Lock()
	kept := spare.line == nil
	if kept {
		spare.line = l
	}
	spare.Unlock()
	if kept {
		time.AfterFunc(linger, l.endSpare)
		return
	}
	l.stop()
}

// endSpare ends the lifeline if it is the spare one.
func (l *lifeline) endSpare() {
	spare.Lock()
	is := spare.line == l
	if is {
		spare.line = nil
	}
	spare.Unlock()
	if is {
		l.stop()
	}
}

// stop ends the thread.
func (l *lifeline) stop() {
	close(l.quit)
	<-l.done
}
