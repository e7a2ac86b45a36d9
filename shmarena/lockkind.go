package shmarena

import (
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/pod"
)

// lockKind is a type of package futex that can be recognised in the directory.
type lockKind struct {
	name  string
	hash  uint64 // as the directory has it
	size  uint64
	state func(b []byte) futex.State // of a copy of its bytes
}

func kind[T any](name string, state func(*T) futex.State) lockKind {
	t := reflect.TypeFor[T]()
	return lockKind{name, pod.Hash(t), uint64(t.Size()), func(b []byte) futex.State { return state(copyOf[T](b)) }}
}

var (
	mutexKind = kind("Mutex", (*futex.Mutex).State)
	lockKinds = []lockKind{
		mutexKind,
		kind("RMutex", (*futex.RMutex).State),
		kind("RWMutex", (*futex.RWMutex).State),
		kind("Cond", (*futex.Cond).State),
		kind("Event", (*futex.Event).State),
		kind("Latch", (*futex.Latch).State),
		kind("Once", (*futex.Once).State),
		kind("Semaphore", (*futex.Semaphore).State),
		kind("Barrier", (*futex.Barrier).State),
	}
)

// kindOf returns the kind whose arrays have that type hash.
func kindOf(hash uint64) (lockKind, bool) {
	for _, k := range lockKinds {
		if k.hash == hash {
			return k, true
		}
	}
	return lockKind{}, false
}

func kindNamed(name string) (lockKind, bool) {
	for _, k := range lockKinds {
		if k.name == name {
			return k, true
		}
	}
	return lockKind{}, false
}

// element names one element of a published array.
func element(n PublishedName, i uint64) string {
	if n.Len == 1 {
		return fmt.Sprintf("%q", n.Name)
	}
	return fmt.Sprintf("%q[%d]", n.Name, i)
}
