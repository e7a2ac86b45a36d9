package testmem

import (
	"os"

	"golang.org/x/sys/unix"
)

// Shared returns n zeroed bytes that other processes can map too, and the
// file behind them, which a child gets by inheritance. Both end with the test.
func Shared(tb TB, n int) ([]byte, *os.File) {
	tb.Helper()
	checkSize(tb, n)
	fd, err := unix.MemfdCreate("testmem", unix.MFD_CLOEXEC)
	if err != nil {
		tb.Fatalf("testmem: create memfd: %v", err)
	}
	f := os.NewFile(uintptr(fd), "memfd:testmem")
	tb.Cleanup(func() { f.Close() })
	if err := f.Truncate(int64(n)); err != nil {
		tb.Fatalf("testmem: size memfd to %d bytes: %v", n, err)
	}
	return Map(tb, f, n), f
}

// Map maps the first n bytes of f, shared and writable, at an address of the
// kernel's choice: mapped twice, a file is at two addresses. The descriptor is
// not kept.
func Map(tb TB, f *os.File, n int) []byte {
	tb.Helper()
	checkSize(tb, n)
	var b []byte
	conn, err := f.SyscallConn()
	if err != nil {
		tb.Fatalf("testmem: map %s: %v", f.Name(), err)
	}
	// Control, not Fd: Fd would turn a shared description to blocking mode.
	ctlErr := conn.Control(func(fd uintptr) {
		b, err = unix.Mmap(int(fd), 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	})
	if ctlErr != nil {
		err = ctlErr
	}
	if err != nil {
		tb.Fatalf("testmem: map %d bytes of %s: %v", n, f.Name(), err)
	}
	tb.Cleanup(func() { unmap(tb, b) })
	return b[:n:n]
}

// Guarded returns n zeroed bytes of private memory between two inaccessible
// pages. At [End] the last byte is flush against the upper page, and the first
// is aligned only if n is a multiple of the alignment; at [Start] the first
// byte is flush against the lower page. What lies between the memory and the
// other page holds a pattern, which is checked when the test ends.
func Guarded(tb TB, n int, side Side) []byte {
	tb.Helper()
	checkSize(tb, n)
	page := os.Getpagesize()
	size := (n + page - 1) &^ (page - 1)
	all, err := unix.Mmap(-1, 0, size+2*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		tb.Fatalf("testmem: map %d guarded bytes: %v", n, err)
	}
	tb.Cleanup(func() { unmap(tb, all) })
	mid := all[page : page+size]
	if err := unix.Mprotect(mid, unix.PROT_READ|unix.PROT_WRITE); err != nil {
		tb.Fatalf("testmem: open %d guarded bytes: %v", n, err)
	}
	b, slack := mid[:n:n], mid[n:]
	if side == End {
		b, slack = mid[size-n:], mid[:size-n]
		b = b[:n:n]
	}
	watchSlack(tb, slack)
	return b
}

// watchSlack fills the slack and has it checked before it is unmapped.
func watchSlack(tb TB, slack []byte) {
	for i := range slack {
		slack[i] = fill
	}
	tb.Cleanup(func() {
		tb.Helper()
		for i, v := range slack {
			if v != fill {
				tb.Errorf("testmem: byte %d of %d outside the guarded memory was overwritten with %#x", i, len(slack), v)
				return
			}
		}
	})
}

func unmap(tb TB, b []byte) {
	if err := unix.Munmap(b); err != nil {
		tb.Errorf("testmem: unmap: %v", err)
	}
}
