package shmarena

import (
	"fmt"
	"io"
	"os"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
	"golang.org/x/sys/unix"
)

// Peek copies the first elements of a published array into dst, and returns how many
// there were: as many as fit, or as the array has. Like [Inspect] it looks from outside,
// at an arena of the living or the dead: it joins nothing, changes nothing, and reads the
// file rather than mapping it. Elements that change meanwhile may be copied half changed.
//
// Errors: those of [Inspect]; fs.ErrNotExist if nothing of that name is published, or its
// array was freed; [ErrType]; [ErrCorrupt] if the array would lie outside the arena.
func Peek[T any](arena, name string, dst []T) (n int, err error) {
	t := reflect.TypeFor[T]()
	if err := pod.Check(t); err != nil {
		return 0, fmt.Errorf("shmarena: peek: %w", err)
	}
	k, err := keyOf(name)
	if err == nil {
		n, err = peek(arena, k, pod.Hash(t), uint64(t.Size()), asBytes(dst))
	}
	if err != nil {
		return 0, fmt.Errorf("shmarena: peek at %q in arena %q: %w", name, arena, err)
	}
	return n, nil
}

// peek reads elements of size bytes into dst.
func peek(arena string, k key, typ, size uint64, dst []byte) (int, error) {
	if err := validName(arena); err != nil {
		return 0, err
	}
	fd, err := openRetry(shmPath(arena), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return 0, err
	}
	in := &inspector{f: os.NewFile(uintptr(fd), shmPath(arena))}
	defer in.f.Close()
	p, err := in.find(k)
	switch {
	case err != nil:
		return 0, err
	case p.typ != typ:
		return 0, ErrType
	case p.off < in.geo.blocks || p.off >= in.geo.size || size > 0 && p.n > (in.geo.size-p.off)/size:
		return 0, fmt.Errorf("%d elements at %#x: %w", p.n, p.off, ErrCorrupt)
	case size == 0:
		return 0, nil
	}
	n := min(uint64(len(dst))/size, p.n)
	if _, err := in.f.ReadAt(dst[:n*size], int64(p.off)); err != nil && err != io.EOF {
		return 0, err
	}
	return int(n), nil
}

// find reads the arena's directory.
func (in *inspector) find(k key) (published, error) {
	_, size, _, err := backingOf(in.f)
	if err != nil {
		return published{}, err
	}
	if _, in.geo, err = readHeader(in.f, size); err != nil {
		return published{}, err
	}
	b, err := in.read(in.geo.directory, entries*entrySize)
	if err != nil {
		return published{}, err
	}
	for i := range viewEntries(b) {
		e := &viewEntries(b)[i]
		if e.state.Load() != entryInUse || e.key() != k {
			continue
		}
		p := e.read()
		live, err := in.live(p)
		if err == nil && !live {
			err = fmt.Errorf("its array was freed: %w", notExist("name", k.String()))
		}
		return p, err
	}
	return published{}, notExist("name", k.String())
}
