package ostour

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

const (
	mapPages   = 512 // of one mapping of a probe
	batchPages = 16
	hugeSize   = 2 << 20
	hugePages  = 8
)

// anonymous maps memory of this process, for which the kernel is told how large its pages
// may be.
func anonymous(size, advice int) ([]byte, error) {
	b, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	if err := unix.Madvise(b, advice); err != nil && err != unix.EINVAL { // EINVAL: a kernel without huge pages
		return nil, errors.Join(os.NewSyscallError("madvise", err), unix.Munmap(b))
	}
	return b, nil
}

// memory makes a file in memory, mapped.
func memory(size, flags int, reserve bool) (b []byte, f *os.File, err error) {
	fd, err := unix.MemfdCreate("shmbench-os", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, nil, os.NewSyscallError("memfd_create", err)
	}
	f = os.NewFile(uintptr(fd), "memory")
	if err = f.Truncate(int64(size)); err == nil && reserve {
		err = os.NewSyscallError("fallocate", unix.Fallocate(fd, 0, 0, int64(size)))
	}
	if err == nil {
		b, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, flags)
	}
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return b, f, nil
}

// touch writes to the first byte of each page of a batch.
func touch(b []byte, batch, pages int) {
	for i := batch * pages * pageSize; i < (batch+1)*pages*pageSize; i += pageSize {
		b[i] = 1
	}
}

// touchAll touches b, which it unmaps in the end, and counts the faults.
func (s *stage) touchAll(b []byte, err error) (outcome, error) {
	if err != nil {
		return outcome{}, err
	}
	o := outcome{Want: uint64(len(b) / os.Getpagesize())}
	o.Did, err = counting(faults, func() error {
		o.Values = timed(len(b)/pageSize/batchPages, batchPages, func(i int) { touch(b, i, batchPages) })
		return nil
	})
	return o, errors.Join(err, unix.Munmap(b))
}

func (s *stage) touchSmall(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (outcome, error) {
		return s.touchAll(anonymous(mapPages*pageSize, unix.MADV_NOHUGEPAGE))
	})
}

func (s *stage) touchShm(context.Context) (outcome, error)        { return s.touchFile(false) }
func (s *stage) touchFallocated(context.Context) (outcome, error) { return s.touchFile(true) }

func (s *stage) touchFile(reserve bool) (outcome, error) {
	return s.pinned(s.cpus[0], func() (outcome, error) {
		b, f, err := memory(mapPages*pageSize, unix.MAP_SHARED, reserve)
		if err != nil {
			return outcome{}, err
		}
		defer f.Close()
		_ = unix.Madvise(b, unix.MADV_NOHUGEPAGE)
		return s.touchAll(b, nil)
	})
}

// touchPopulate has the kernel touch the pages, a batch a call.
func (s *stage) touchPopulate(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		b, err := anonymous(mapPages*pageSize, unix.MADV_NOHUGEPAGE)
		if err != nil {
			return o, err
		}
		o.Want = uint64(len(b) / os.Getpagesize())
		var refused error
		o.Did, err = counting(faults, func() error {
			o.Values = timed(mapPages/batchPages, batchPages, func(i int) {
				part := b[i*batchPages*pageSize : (i+1)*batchPages*pageSize]
				if err := unix.Madvise(part, unix.MADV_POPULATE_WRITE); err != nil {
					refused = err
				}
			})
			return nil
		})
		if refused != nil {
			return o, errors.Join(absence("the kernel has no MADV_POPULATE_WRITE: "+refused.Error()), unix.Munmap(b))
		}
		return o, errors.Join(err, unix.Munmap(b))
	})
}

// touchHuge touches huge pages, if the kernel gives any.
func (s *stage) touchHuge(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		all, err := anonymous((hugePages+1)*hugeSize, unix.MADV_HUGEPAGE)
		if err != nil {
			return o, err
		}
		b := alignedPart(all, hugeSize)[:hugePages*hugeSize]
		o.Want = hugePages
		o.Did, err = counting(faults, func() error {
			o.Values = timed(hugePages, hugeSize/pageSize, func(i int) { touch(b, i, hugeSize/pageSize) })
			return nil
		})
		if err == nil && o.Did > uint64(len(b)/os.Getpagesize()/2) {
			err = absence(noHuge)
		}
		return o, errors.Join(err, unix.Munmap(all))
	})
}

const noHuge = "the kernel gave no huge pages (/sys/kernel/mm/transparent_hugepage/enabled is never?)"

// plainCopy is memory to copy, more than caches hold, so that what is copied is as cold as
// what a snapshot is made of.
type plainCopy struct {
	from, to []byte
	at       int // the next page
}

const plainPages = 32 << 20 / pageSize

func (p *plainCopy) open() (err error) {
	if p.from != nil {
		return nil
	}
	for _, b := range []*[]byte{&p.from, &p.to} {
		if *b, err = anonymous(plainPages*pageSize, unix.MADV_NOHUGEPAGE); err != nil {
			return err
		}
		touch(*b, 0, plainPages)
	}
	return nil
}

func (p *plainCopy) close() (err error) {
	for _, b := range [][]byte{p.from, p.to} {
		if b != nil {
			err = errors.Join(err, unix.Munmap(b))
		}
	}
	return err
}

// cowCopy copies pages from one place to another.
func (s *stage) cowCopy(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		p := &s.plain
		if err := p.open(); err != nil {
			return o, err
		}
		p.at = (p.at + mapPages) % plainPages
		from, to := p.from[p.at*pageSize:], p.to[p.at*pageSize:]
		for i := range mapPages {
			from[i*pageSize+1]++ // what was copied before is not the same
		}
		o.Values = timed(mapPages/batchPages, batchPages, func(i int) {
			for k := i * batchPages; k < (i+1)*batchPages; k++ {
				copy(to[k*pageSize:(k+1)*pageSize], from[k*pageSize:])
			}
		})
		if o.Want = mapPages; bytes.Equal(to[:mapPages*pageSize], from[:mapPages*pageSize]) {
			o.Did = mapPages
		}
		return o, nil
	})
}

// cowFault writes to pages that a private mapping shows of a file.
func (s *stage) cowFault(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		b, f, err := memory(mapPages*pageSize, unix.MAP_PRIVATE, false)
		if err != nil {
			return o, err
		}
		defer f.Close()
		content := bytes.Repeat([]byte{7}, len(b))
		if _, err := f.WriteAt(content, 0); err != nil {
			return o, errors.Join(err, unix.Munmap(b))
		}
		sum := 0
		for i := 0; i < len(b); i += pageSize { // now each page is mapped, read-only
			sum += int(b[i])
		}
		o, err = s.touchAll(b, nil)
		after := make([]byte, len(content))
		_, rerr := f.ReadAt(after, 0)
		if sum != 7*mapPages || !bytes.Equal(after, content) {
			o.Did = 0
		}
		return o, errors.Join(err, rerr)
	})
}

const (
	blockSize  = 1 << 20
	blockPages = blockSize / pageSize
	blocks     = 4
)

// heapMmap asks the kernel for blocks, and touches each.
func (s *stage) heapMmap(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		var all [][]byte
		o.Want = blocks * blockPages / uint64(os.Getpagesize()/pageSize)
		var refused error
		o.Did, err = counting(faults, func() error {
			o.Values = timed(blocks, blockPages, func(int) {
				b, err := anonymous(blockSize, unix.MADV_NOHUGEPAGE)
				if err != nil {
					refused = err
					return
				}
				touch(b, 0, blockPages)
				all = append(all, b)
			})
			return refused
		})
		for _, b := range all {
			err = errors.Join(err, unix.Munmap(b))
		}
		return o, err
	})
}

// heapGo asks Go's heap, all of whose free memory the kernel has got back.
func (s *stage) heapGo(context.Context) (outcome, error) {
	return s.pinned(s.cpus[0], func() (o outcome, err error) {
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		debug.FreeOSMemory()
		var all [blocks][]byte
		o.Want = blocks // one at least, where Go's heap is of huge pages
		o.Did, err = counting(faults, func() error {
			o.Values = timed(blocks, blockPages, func(i int) {
				all[i] = make([]byte, blockSize)
				touch(all[i], 0, blockPages)
			})
			return nil
		})
		runtime.KeepAlive(&all)
		return o, err
	})
}
