package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// newBlock makes a block: a file without a name for the spare, and this process's view.
func newBlock() (f *os.File, mem []byte, err error) {
	fd, err := unix.MemfdCreate("shmengine-spare", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, nil, os.NewSyscallError("memfd_create", err)
	}
	f = os.NewFile(uintptr(fd), "spare's block")
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	// Reserved and sealed: neither a full machine nor the spare can make an access a fault.
	if err = unix.Fallocate(fd, 0, 0, blockSize); err != nil {
		return nil, nil, os.NewSyscallError("fallocate", err)
	}
	if _, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_SEAL); err != nil {
		return nil, nil, os.NewSyscallError("fcntl", err)
	}
	mem, err = mapBlock(fd)
	return f, mem, err
}

// openBlock maps, in a spare, the block that it was started with.
func openBlock(fd int) (*block, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, os.NewSyscallError("fstat", err)
	}
	if st.Size != blockSize {
		return nil, errBlock
	}
	mem, err := mapBlock(fd)
	if err != nil {
		return nil, err
	}
	return viewBlock(mem), os.NewSyscallError("close", unix.Close(fd))
}

func mapBlock(fd int) ([]byte, error) {
	mem, err := unix.Mmap(fd, 0, blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	return mem, os.NewSyscallError("mmap", err)
}

func unmapBlock(mem []byte) { _ = unix.Munmap(mem) } // fails for no mapping of ours
