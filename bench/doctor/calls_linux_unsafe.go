//go:build linux

package doctor

import (
	"errors"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

func procFD(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }

// hugeSize is the size of a huge page on amd64, and on arm64 with pages of 4 KiB.
const hugeSize = 2 << 20

// collapseOne puts a huge page under shared memory. It must be mapped where one
// fits, as arenas are.
func collapseOne() error {
	m, err := newMemfd(hugeSize)
	if err != nil {
		return err
	}
	defer m.close()
	space, err := unix.MmapPtr(-1, 0, nil, 2*hugeSize, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_NORESERVE)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	defer func() { _ = unix.MunmapPtr(space, 2*hugeSize) }()
	at := unsafe.Add(space, -uintptr(space)%hugeSize)
	if _, err := unix.MmapPtr(m.fd, 0, at, hugeSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_FIXED); err != nil {
		return os.NewSyscallError("mmap", err)
	}
	return os.NewSyscallError("madvise", unix.Madvise(unsafe.Slice((*byte)(at), hugeSize), unix.MADV_COLLAPSE))
}

// waiter is a struct futex_waitv.
type waiter struct {
	val, addr  uint64
	flags, pad uint32
}

// waitv waits for a word that has another value: it must say so and not sleep.
func waitv() Check {
	word := uint32(1)
	w := waiter{val: 0, addr: uint64(uintptr(unsafe.Pointer(&word))), flags: 2} // 32 bits
	_, _, errno := unix.Syscall6(unix.SYS_FUTEX_WAITV, uintptr(unsafe.Pointer(&w)), 1, 0, 0, 0, 0)
	var err error
	if errno != unix.EAGAIN {
		err = errors.Join(errno, errors.New("futex_waitv does not work"))
	}
	return tried("futex_waitv (Linux 5.16)", "one thread sleeps on many words", err, warn, "each sleeping goroutine takes a thread, up to 64")
}

// barrier asks for the private expedited barrier.
func barrier() Check {
	const query, expedited = 0, 1 << 3
	have, _, errno := unix.Syscall(unix.SYS_MEMBARRIER, query, 0, 0)
	var err error
	switch {
	case errno != 0:
		err = errno
	case have&expedited == 0:
		err = errors.New("no private expedited barrier")
	}
	return tried("membarrier", "there", err, warn, "nothing here needs it; the Go runtime and others use it")
}
