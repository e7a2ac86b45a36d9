package shmarena

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/shmengine/shmengine/internal/member"
	"golang.org/x/sys/unix"
)

// VerifyNamed checks the arena of that name from outside, dead or alive: header,
// members, heap, directory, holds. It joins nothing, writes nothing and maps
// nothing: it copies the tables and judges the copy, in which it completes what
// dead members left half made. The first structure that is not as it must be is
// named in the error, an [ErrCorrupt].
//
// In an arena at work it needs a moment in which nobody changes the tables, and
// looks for one for about a second; then it is [ErrBusy]. Other errors are those of
// [Inspect].
func VerifyNamed(name string) error {
	if err := verifyNamed(name); err != nil {
		return fmt.Errorf("shmarena: verify arena %q: %w", name, err)
	}
	return nil
}

func verifyNamed(name string) error {
	if err := validName(name); err != nil {
		return err
	}
	if !hostFits() {
		return errors.ErrUnsupported
	}
	n, err := openRetry(shmPath(name), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK)
	if err != nil {
		return err
	}
	in := &inspector{f: os.NewFile(uintptr(n), shmPath(name))}
	defer in.f.Close()
	file, size, _, err := backingOf(in.f)
	if err != nil {
		return err
	}
	if _, in.geo, err = readHeader(in.f, size); err != nil {
		return err
	}
	if err := file.hold(in.geo.tables, readable); err != nil { // which also bounds what is copied
		return err
	}
	return in.verify()
}

// The looks of VerifyNamed. What is wrong stays wrong: it is believed when it was
// seen in two moments without change.
const (
	imageTries  = 100
	imagePause  = 10 * time.Millisecond
	imageAgrees = 2
)

func (in *inspector) verify() error {
	seen := 0
	for range imageTries {
		err := in.look()
		if err == nil || !moving(err) {
			return err
		}
		if !errors.Is(err, ErrBusy) {
			if seen++; seen == imageAgrees {
				return err
			}
		}
		time.Sleep(imagePause)
	}
	return errMoving
}

// look judges one copy, if nothing has changed while it was made. The words of
// small blocks may have: each is right or wrong by itself, whenever it was read.
func (in *inspector) look() error {
	im := &tableCopy{geo: in.geo}
	space, err := mapBlank(in.geo.blocks) // a place for each table, of which few are there
	if err != nil {
		return err
	}
	defer func() { _ = retire(space, false) }()
	im.bytes = space
	if err := in.copyTables(im); err != nil {
		return err
	}
	all, err := member.Look(im.bytes[membersAt:membersAt+in.geo.memberSize], in.geo.size, in.f, lockBase)
	if err != nil {
		return err
	}
	im.alive = aliveIn(all)
	return im.verify()
}

// copyTables reads what is always there, then the tables of small blocks that are,
// and then looks whether the first still is as it was read.
func (in *inspector) copyTables(im *tableCopy) error {
	first, err := in.read(0, in.geo.tables)
	if err != nil {
		return err
	}
	copy(im.bytes, first)
	if err := in.fits(im); err != nil {
		return err
	}
	for i, have := range im.reserved() {
		off := in.geo.tables + i*tableSize
		if _, err := in.f.ReadAt(im.bytes[off:off+have], int64(off)); err != nil {
			return err
		}
	}
	again, err := in.read(0, in.geo.tables)
	if err == nil && !bytes.Equal(first, again) {
		err = errMoving
	}
	return err
}

// fits reports whether the kernel holds what the tables are said to have, which
// bounds what is copied.
func (in *inspector) fits(im *tableCopy) error {
	need := in.geo.tables
	for _, n := range im.reserved() {
		need += n
	}
	held, err := backingFile{f: in.f}.held()
	if err == nil && held < need {
		err = fmt.Errorf("heap: the file holds %d bytes, its tables need %d: %w", held, need, ErrCorrupt)
	}
	return err
}

// Survey looks at all arenas in /dev/shm, as [Inspect] does, and changes nothing.
// Those that another user or another version of this package made are in it, with
// what keeps them from being looked at.
func Survey() ([]Found, error) {
	files, err := os.ReadDir(shmDir)
	if err != nil {
		return nil, fmt.Errorf("shmarena: survey: %w", err)
	}
	var all []Found
	for _, e := range files {
		name, ok := strings.CutPrefix(e.Name(), filePrefix)
		if !ok || validName(name) != nil {
			continue
		}
		seen, err := Inspect(name)
		if errors.Is(err, os.ErrNotExist) {
			continue // gone since
		}
		all = append(all, Found{name, seen, err})
	}
	return all, nil
}
