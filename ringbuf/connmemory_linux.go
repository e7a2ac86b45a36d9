package ringbuf

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// memory is the mapping of one connection.
type memory []byte

func (m memory) unmap() error {
	if err := unix.Munmap(m); err != nil {
		return fmt.Errorf("unmap connection: %w", err)
	}
	return nil
}

// newMemory is n zeroed bytes, mapped, and the file behind them: all pages are there, and nobody can
// make it smaller, so that no access faults.
func newMemory(n int) (memory, *os.File, error) {
	fd, err := unix.MemfdCreate("ringbuf-conn", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, nil, fmt.Errorf("create memory: %w", err)
	}
	f := os.NewFile(uintptr(fd), "memfd:ringbuf-conn")
	err = unix.Fallocate(fd, 0, 0, int64(n))
	if err == nil {
		_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL)
	}
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("reserve %d bytes of memory: %w", n, err)
	}
	m, err := mapMemory(fd, n)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return m, f, nil
}

func mapMemory(fd, n int) (memory, error) {
	b, err := unix.Mmap(fd, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %d bytes: %w", n, err)
	}
	return b, nil
}

// adoptMemory maps what a stranger sent. It takes nothing on trust: a file that can shrink, or lies
// on a file system whose pages may be missing, would fault under us.
func adoptMemory(fd, most int) (memory, error) {
	var st unix.Stat_t
	var fs unix.Statfs_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, fmt.Errorf("look at memory: %w", err)
	}
	if err := unix.Fstatfs(fd, &fs); err != nil {
		return nil, fmt.Errorf("look at memory: %w", err)
	}
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	switch {
	case err != nil || seals&unix.F_SEAL_SHRINK == 0 || fs.Type != unix.TMPFS_MAGIC:
		return nil, fmt.Errorf("%w: memory that can shrink (seals %#x, file system %#x)", ErrCorrupt, seals, fs.Type)
	case st.Size < offPipeRings || st.Size > int64(most):
		return nil, fmt.Errorf("%w: memory of %d bytes, at most %d are taken (ConnOptions.MaxMemory)", ErrSize, st.Size, most)
	}
	return mapMemory(fd, int(st.Size))
}
