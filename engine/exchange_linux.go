package engine

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// newExchange makes one. It can grow and cannot be made shorter, so the head that is
// mapped stays there.
func newExchange(index int) (*exchange, error) {
	fd, err := unix.MemfdCreate("shmengine-isolated", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "isolated")
	if err := unix.Ftruncate(fd, exchangeHead); err != nil {
		return nil, errors.Join(os.NewSyscallError("ftruncate", err), f.Close())
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_SEAL); err != nil {
		return nil, errors.Join(os.NewSyscallError("fcntl", err), f.Close())
	}
	x, err := mapExchange(f, index)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return x, nil
}

// mapExchange maps the head of one.
func mapExchange(f *os.File, index int) (*exchange, error) {
	mem, err := unix.Mmap(int(f.Fd()), 0, exchangeHead, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &exchange{index: index, file: f, mem: mem, head: view[isolatedCall](mem)}, nil
}

// empty gives back the memory behind the head, zeroed.
func (x *exchange) empty() error {
	var st unix.Stat_t
	fd := int(x.file.Fd())
	if err := unix.Fstat(fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	if st.Size <= exchangeHead {
		return nil
	}
	const how = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	return os.NewSyscallError("fallocate", unix.Fallocate(fd, how, exchangeHead, st.Size-exchangeHead))
}

// holds reports whether the file has n bytes: what a peer says of its length is no
// reason to take so much memory.
func (x *exchange) holds(n int64) bool {
	var st unix.Stat_t
	return unix.Fstat(int(x.file.Fd()), &st) == nil && st.Size >= n
}

// close takes it away.
func (x *exchange) close() error {
	return errors.Join(os.NewSyscallError("munmap", unix.Munmap(x.mem)), x.file.Close())
}
