package doctor

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/shmengine/shmengine/bench/machine"
	"golang.org/x/sys/unix"
)

// leastShm is what /dev/shm should have free: a container's default of 64 MiB is
// less.
const leastShm = 256 << 20

// shm judges where named arenas live.
func shm(dir string) Check {
	const fallback = "arenas without a name become memfds, and named ones cannot be made: "
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return warn(dir, err.Error(), fallback+"mount -t tmpfs tmpfs "+dir)
	}
	total, free := int64(st.Blocks)*st.Bsize, int64(st.Bavail)*st.Bsize
	found := fmt.Sprintf("%s, %s free of %s", mountOptions(read("/proc/self/mounts"), dir), machine.FormatSize(free), machine.FormatSize(total))
	switch {
	case st.Type != unix.TMPFS_MAGIC:
		return warn(dir, fmt.Sprintf("not a tmpfs (type %#x)", st.Type), fallback+"mount -t tmpfs tmpfs "+dir)
	case st.Flags&unix.ST_RDONLY != 0:
		return warn(dir, found, fallback+"mount -o remount,rw "+dir)
	case st.Blocks > 0 && free < leastShm:
		return warn(dir, found, "larger arenas become memfds, or are ErrNoSpace if they have names: mount -o remount,size=8g "+dir+", or docker run --shm-size=8g")
	}
	return ok(dir, "%s", found)
}

// mountOptions finds a directory's type and options in the text of /proc/mounts.
func mountOptions(mounts, dir string) string {
	options := "not a mount of its own"
	for line := range strings.Lines(mounts) {
		if f := strings.Fields(line); len(f) > 3 && f[1] == dir {
			options = f[2] + " " + f[3] // the last one hides those before
		}
	}
	return options
}

// tmpfile makes a file without a name and gives it none.
func tmpfile(dir string) Check {
	name := "O_TMPFILE and linkat in " + dir
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err == nil {
		defer unix.Close(fd)
		// A name that cannot be made tells that files can be linked from /proc: any
		// other answer than "no such directory" comes from before that.
		err = unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, dir+"/shmbench-doctor.absent/x", unix.AT_SYMLINK_FOLLOW)
		if err == unix.ENOENT {
			err = nil
		}
	}
	return tried(name, "an arena gets its name when it is whole", err, warn, "arenas with names cannot be made here")
}

func memfd() Check {
	const name = "memfd with seals"
	m, err := newMemfd(1 << 16)
	if err != nil {
		return fail(name, err.Error(), "arenas need /dev/shm then, and arrays cannot be sealed")
	}
	defer m.close()
	if m.mapped != nil {
		_ = unix.Munmap(m.mapped)
		m.mapped = nil
	}
	_, err = unix.FcntlInt(uintptr(m.fd), unix.F_ADD_SEALS, unix.F_SEAL_WRITE|unix.F_SEAL_SHRINK|unix.F_SEAL_GROW)
	return tried(name, "no peer can shorten a memfd, nor write to what is sealed", err, fail, "Seal and BackingMemfd do not work")
}

// memory is a memfd and its mapping.
type memory struct {
	fd     int
	mapped []byte
}

func newMemfd(size int) (*memory, error) {
	fd, err := unix.MemfdCreate("shmbench-doctor", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	m := &memory{fd: fd}
	if err := unix.Fallocate(fd, 0, 0, int64(size)); err != nil {
		return nil, errors.Join(os.NewSyscallError("fallocate", err), m.close())
	}
	if m.mapped, err = unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return nil, errors.Join(os.NewSyscallError("mmap", err), m.close())
	}
	return m, nil
}

func (m *memory) close() error {
	var err error
	if m.mapped != nil {
		err = unix.Munmap(m.mapped)
	}
	return errors.Join(err, unix.Close(m.fd))
}

// advised tries an madvise on fresh shared memory.
func advised(size, advice int) error {
	m, err := newMemfd(size)
	if err != nil {
		return err
	}
	defer m.close()
	return os.NewSyscallError("madvise", unix.Madvise(m.mapped, advice))
}

func populate() Check {
	return tried("MADV_POPULATE (Linux 5.14)", "Populate maps pages without a fault each", advised(1<<16, unix.MADV_POPULATE_READ), warn,
		"Populate is an error; the first touch of each page costs a fault")
}

// collapse asks for a huge page of shared memory. Where it is not to be had, the
// setting of the kernel says why.
func collapse() Check {
	const dir = "/sys/kernel/mm/transparent_hugepage/"
	setting := func(name string) string {
		_, on, _ := strings.Cut(read(dir+name), "[")
		on, _, _ = strings.Cut(on, "]")
		return on
	}
	found := fmt.Sprintf("shmem_enabled %s, enabled %s", setting("shmem_enabled"), setting("enabled"))
	err := collapseOne()
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOMEM) {
		return warn("huge pages (MADV_COLLAPSE, Linux 6.1)", found+": "+err.Error(), "none is free at the moment; large blocks use small pages")
	}
	return tried("huge pages (MADV_COLLAPSE, Linux 6.1)", "large blocks get them; "+found, err, warn, "large blocks use small pages: slower by a fifth to read")
}

// cgroupMemory says what a limit leaves.
func cgroupMemory() Check {
	const name = "memory"
	free, known := machine.Memory()
	if !known {
		return warn(name, "unknown", "neither /proc/meminfo nor a cgroup says how much there is")
	}
	if free < leastShm {
		return warn(name, machine.FormatSize(free)+" free", "pages of arenas count against the cgroup of who touches them first; past its limit the OOM killer comes, not ErrNoSpace")
	}
	return ok(name, "%s free, cgroup limits included", machine.FormatSize(free))
}
