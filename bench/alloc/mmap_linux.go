package alloc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/shmengine/shmengine/engine/process"
	"golang.org/x/sys/unix"
)

// mapper is the program of a worker that asks the kernel itself: what others are
// to see is a memfd, and a block is pages of its own.
type mapper struct{ file *os.File } // to attach

func newMapper() (*mapper, error) {
	f, err := process.Inherited(fileFirst, "memory")
	return &mapper{f}, err
}

// newMemory makes a memfd of so many bytes, with a number at each end.
func newMemory(bytes int64) (*os.File, error) {
	fd, err := unix.MemfdCreate("shmbench-alloc", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	f := os.NewFile(uintptr(fd), "memory")
	id := binary.LittleEndian.AppendUint64(nil, number(0, 0))
	err = f.Truncate(bytes)
	for _, at := range []int64{0, bytes - 8} {
		_, e := f.WriteAt(id, at)
		err = errors.Join(err, e)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (m *mapper) ready(*job) error { return nil }

func (m *mapper) run(j *job) error {
	switch j.kind {
	case kindPair:
		return m.pairs(j)
	case kindCreate, kindFill:
		for i := uint64(0); i == 0 || !j.over(); i++ {
			if err := m.segment(j, i); err != nil {
				return err
			}
		}
		return nil
	case kindAttach:
		for j.ops == 0 || !j.over() {
			if err := m.attach(j); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("mmap has no %s", j.kind)
}

const both = unix.PROT_READ | unix.PROT_WRITE

// pairs maps anonymous pages, and unmaps each block when window more were mapped.
func (m *mapper) pairs(j *job) error {
	live := new([window][]byte)
	for i := uint64(0); ; i++ {
		if i > 0 && i%batch == 0 && j.over() {
			j.ops = i
			break
		}
		slot := &live[i%window]
		if i >= window {
			if err := j.unmap(*slot, i-window); err != nil {
				return err
			}
		}
		b, err := unix.Mmap(-1, 0, j.bytes, both, unix.MAP_SHARED|unix.MAP_ANONYMOUS)
		if err != nil {
			return os.NewSyscallError("mmap", err)
		}
		binary.LittleEndian.PutUint64(b, number(j.index, i))
		binary.LittleEndian.PutUint64(b[j.bytes-8:], number(j.index, i))
		*slot = b
	}
	return j.drain(func(i uint64) error { return j.unmap(live[i%window], i) })
}

// unmap checks block i of this party and unmaps it.
func (j *job) unmap(b []byte, i uint64) error {
	want := number(j.index, i)
	first, last := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[len(b)-8:])
	if first != want || last != want {
		return wrong(max(first, last), want)
	}
	j.sum += first
	return os.NewSyscallError("munmap", unix.Munmap(b))
}

// segment makes one memfd and maps it.
func (m *mapper) segment(j *job, i uint64) error {
	fd, err := unix.MemfdCreate("shmbench-alloc", unix.MFD_CLOEXEC)
	if err != nil {
		return os.NewSyscallError("memfd_create", err)
	}
	if err := unix.Ftruncate(fd, int64(j.bytes)); err != nil {
		return errors.Join(os.NewSyscallError("ftruncate", err), unix.Close(fd))
	}
	b, err := unix.Mmap(fd, 0, j.bytes, both, unix.MAP_SHARED)
	if err != nil {
		return errors.Join(os.NewSyscallError("mmap", err), unix.Close(fd))
	}
	return errors.Join(j.useSegment(asWords(b), i), unix.Munmap(b), unix.Close(fd))
}

func (m *mapper) attach(j *job) error {
	b, err := unix.Mmap(int(m.file.Fd()), 0, bigBytes, both, unix.MAP_SHARED)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	return errors.Join(j.bothEnds(asWords(b)), unix.Munmap(b))
}
