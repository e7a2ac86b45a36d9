package shmarena

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"github.com/shmengine/shmengine/internal/words"
	"golang.org/x/sys/unix"
)

// Inspect looks at the arena of that name, whether anybody lives in it or not. It
// does not become a member, changes nothing, and reads the file rather than
// mapping it, so that nothing in it can be a fault.
//
// Errors: those of [Open], but for ErrFull.
func Inspect(name string) (*Inspection, error) {
	i, err := inspect(name)
	if err != nil {
		return nil, fmt.Errorf("shmarena: inspect arena %q: %w", name, err)
	}
	return i, nil
}

func inspect(name string) (*Inspection, error) {
	if err := validName(name); err != nil {
		return nil, err
	}
	if !hostFits() {
		return nil, errors.ErrUnsupported
	}
	n, err := openRetry(shmPath(name), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	in := &inspector{f: os.NewFile(uintptr(n), shmPath(name))}
	defer in.f.Close()
	return in.all(name)
}

// inspector reads one arena's file.
type inspector struct {
	f    *os.File
	geo  geometry
	seen *Inspection
}

func (in *inspector) all(name string) (*Inspection, error) {
	file, size, _, err := backingOf(in.f)
	if err != nil {
		return nil, err
	}
	h, geo, err := readHeader(in.f, size)
	if err != nil {
		return nil, err
	}
	held, err := file.held()
	if err != nil {
		return nil, err
	}
	in.geo = geo
	in.seen = &Inspection{Name: name, Created: time.Unix(0, h.created), Size: int64(h.capacity), Held: int64(held)}
	for _, step := range []func() error{in.members, in.own, in.names, in.waits} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return in.seen, nil
}

// read copies a part of the file to where it is aligned as it is in the arena.
func (in *inspector) read(off, n uint64) ([]byte, error) {
	b := words.Aligned(int(n))
	if _, err := in.f.ReadAt(b, int64(off)); err != nil && err != io.EOF {
		return nil, err
	}
	return b, nil
}

func (in *inspector) members() error {
	b, err := in.read(membersAt, in.geo.memberSize)
	if err != nil {
		return err
	}
	if in.seen.Members, err = member.Look(b, in.geo.size, in.f, lockBase); err != nil {
		return err
	}
	in.seen.Readers, err = byteHeld(in.f, lockReaders)
	return err
}

// own reports the arena's own mutexes.
func (in *inspector) own() error {
	for _, l := range []struct {
		where string
		at    uint64
	}{{"the heap", heapAt}, {"the names", namesAt}, {"the holds", in.geo.holds}} {
		if err := in.lock(mutexKind, l.where, l.at); err != nil {
			return err
		}
	}
	return nil
}

// lock reports the lock at an offset.
func (in *inspector) lock(k lockKind, where string, at uint64) error {
	b, err := in.read(at, k.size)
	if err != nil {
		return err
	}
	in.seen.Locks = append(in.seen.Locks, LockReport{where, k.state(b)})
	return nil
}

// names reports the directory, and the locks in it.
func (in *inspector) names() error {
	b, err := in.read(in.geo.directory, entries*entrySize)
	if err != nil {
		return err
	}
	for i := range viewEntries(b) {
		if e := &viewEntries(b)[i]; e.state.Load() == entryInUse {
			if err := in.name(e.key(), e.read()); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxLocks is how many locks of one array are reported.
const maxLocks = 1024

func (in *inspector) name(k key, p published) error {
	kind, known := kindOf(p.typ)
	name := PublishedName{Name: k.String(), Offset: p.off, Len: p.n, Type: kind.name, Freed: true}
	live, err := in.live(p)
	if err != nil {
		return err
	}
	name.Freed = !live
	in.seen.Names = append(in.seen.Names, name)
	if !live || !known {
		return nil
	}
	for i := range min(p.n, maxLocks, (in.geo.size-p.off)/kind.size) {
		if err := in.lock(kind, element(name, i), p.off+i*kind.size); err != nil {
			return err
		}
	}
	return nil
}

// live reports whether the block of a published array is still the same.
func (in *inspector) live(p published) (bool, error) {
	i := (p.off - in.geo.blocks) >> spanShift // wraps for an offset before the blocks
	if i >= in.geo.spanCount {
		return false, nil
	}
	b, err := in.read(in.geo.spans+i*spanBytes, spanBytes)
	if err != nil {
		return false, err
	}
	s := viewSpan(b)
	c := ctrl(s.ctrl.Load())
	if class, ok := extent(s.ext.Load()).class(); ok && c.hasBlocks() {
		return in.liveSmall(p, i, class)
	}
	return c.state() == stateLarge && uint64(c.gen()) == p.gen, nil
}

// liveSmall is live for a small block.
func (in *inspector) liveSmall(p published, span uint64, class int) (bool, error) {
	k, ok := classes[class].index(p.off & (spanSize - 1))
	if !ok {
		return false, nil
	}
	b, err := in.read(in.geo.tables+span*tableSize, tableSize)
	if err != nil {
		return false, err
	}
	w := block(viewTable(b).blocks[k].Load())
	return w.lives() && uint64(w.gen()) == p.gen, nil
}

// waits reports what members sleep on.
func (in *inspector) waits() error {
	for _, m := range in.seen.Members {
		for _, off := range m.Parked {
			b, err := in.read(off&^3, 4)
			if err != nil {
				return err
			}
			in.seen.Waits = append(in.seen.Waits, WaitReport{m.ID, off, in.where(off), viewWord(b)})
		}
	}
	return nil
}

// where says what lies at an offset.
func (in *inspector) where(off uint64) string {
	switch {
	case off >= heapAt && off < namesAt:
		return "the heap"
	case off >= namesAt && off < membersAt:
		return "the names"
	case off < in.geo.directory:
		return "the members"
	case off >= in.geo.holds && off < in.geo.spans:
		return "the holds"
	}
	for _, n := range in.seen.Names {
		if n.Freed || off < n.Offset {
			continue
		}
		if k, ok := kindNamed(n.Type); ok && off-n.Offset < n.Len*k.size {
			return element(n, (off-n.Offset)/k.size)
		}
	}
	return ""
}
