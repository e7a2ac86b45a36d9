package shmarena

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/shmengine/shmengine/futex"
	"github.com/shmengine/shmengine/internal/member"
)

// create makes an attachment of a new arena. Whatever happens, nobody can see
// the arena before it is whole: its file gets its name, if it is to have one,
// when everything else is done. The caller holds the registry's mutex.
func create(o Options) (at *attachment, notice string, err error) {
	capacity := align(uint64(o.Size), spanSize)
	geo := geometryOf(o.members(), capacity)
	f, notice, err := newFile(o, geo.size)
	if err != nil {
		return nil, "", err
	}
	file, _, _, err := backingOf(f)
	if err == nil {
		err = file.reserve(0, geo.tables)
	}
	if err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	h := header{
		id: newID(), members: o.members(), asked: uint64(o.Size),
		capacity: capacity, created: time.Now().UnixNano(),
		keep: o.keep(capacity), flags: o.flags(),
	}
	at, err = mapFile(file, h, geo, writable)
	if err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	h.encode(at.region, geo)
	formatHeap(at.heap.spans)
	at.fresh = true
	err = at.joinBy(false, writable)
	at.fresh = false
	if err == nil && o.Name != "" {
		err = link(f, o.Name)
	}
	if err != nil {
		return nil, "", errors.Join(err, at.detach())
	}
	return at, notice, nil
}

// newID is an arena id that no arena of this process has.
func newID() uint32 {
	for {
		if id := rand.Uint32(); id != 0 && attached(id) == nil {
			return id
		}
	}
}

// mapFile maps an arena and lays the tables over it.
func mapFile(file backingFile, h header, geo geometry, acc access) (*attachment, error) {
	region, space, err := mapRegion(file.f, geo.size, acc)
	if err != nil {
		return nil, err
	}
	at := &attachment{id: h.id, header: h, geo: geo, region: region, space: space, file: file, backing: file.backing()}
	t := viewTables(region, geo)
	at.heap = newHeap(t, geo, uint64(os.Getpagesize()), mappedFile{file, region})
	at.heap.region, at.heap.guarded, at.heap.keep = region, h.flags&flagChecked != 0, h.keep>>spanShift
	if h.flags&flagChecked != 0 {
		at.leaks = new(leaks)
	}
	at.names.entries = t.entries
	at.names.mu.word = &t.names.mu
	at.heap.holds = newHolds(t.holds, at.heap)
	return at, nil
}

// join makes this process a member. The lock description is the member's from
// now on.
func (at *attachment) join(lock *os.File) error {
	m, err := member.Join(member.Config{
		Mem:    at.region[membersAt : membersAt+at.geo.memberSize],
		Region: at.region,
		Lock:   lock,
		Base:   lockBase,
		Fresh:  at.fresh,
		Sweep:  at.sweep,
	})
	if err != nil {
		if errors.Is(err, member.ErrFull) {
			err = fmt.Errorf("all %d members: %w", at.geo.members, ErrFull)
		}
		return fmt.Errorf("join: %w", err)
	}
	at.member, at.names.mu.self = m, m
	at.heap.join(m)
	at.heap.roster = at.alive
	at.heap.holds.join(m)
	if !at.fresh {
		// What dead members left is recovered by whoever comes next. If it cannot
		// be now, it is tried again at the next Reap, and this member can work.
		_, _ = m.Reap()
	}
	return nil
}

// sweep recovers what a dead member left: first what it was doing, then what it
// held.
func (at *attachment) sweep(dead futex.ID) error {
	return errors.Join(at.heap.sweep(dead), at.heap.holds.sweep(dead))
}

// attach makes an attachment of an arena that exists, from an open file that
// becomes its own. One that was opened by name must still have a name when this
// process is its member or reader. The caller holds the registry's mutex.
func attach(f *os.File, byName bool, acc access) (*attachment, error) {
	file, size, _, err := backingOf(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	h, geo, err := readHeader(f, size)
	if err == nil {
		err = file.hold(geo.tables, acc)
	}
	if err == nil && attached(h.id) != nil {
		err = fmt.Errorf("another arena with id %08x is attached (is this a copy of it?): %w", h.id, ErrBusy)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	at, err := mapFile(file, h, geo, acc)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if err := at.joinBy(byName, acc); err != nil {
		return nil, errors.Join(err, at.detach())
	}
	return at, nil
}

// joinBy opens the lock description and becomes a member with it, or a reader.
func (at *attachment) joinBy(name bool, acc access) error {
	lock, err := at.file.reopen(acc)
	if err != nil {
		return err
	}
	join := at.join
	if acc == readable {
		join = at.read
	}
	if name {
		return at.joinNamed(lock, join)
	}
	return join(lock)
}

// alive lists the short ids of the members that live.
func (at *attachment) alive() map[uint64]bool {
	makers := map[uint64]bool{}
	for info := range at.infos() {
		if info.Alive {
			makers[makerOf(info.ID)] = true
		}
	}
	return makers
}

// readHeader reads, checks, and compares with the length of the file, so that
// a file that was cut short is an error here and not a SIGBUS later.
func readHeader(f *os.File, size int64) (header, geometry, error) {
	var b [headerSize]byte
	if _, err := f.ReadAt(b[:], 0); err != nil {
		return header{}, geometry{}, fmt.Errorf("a file of %d bytes: %w", size, ErrMagic)
	}
	h, geo, err := decodeHeader(b[:])
	if err == nil && uint64(size) < geo.size {
		err = fmt.Errorf("the file has %d bytes, its header says %d: %w: %w", size, geo.size, ErrSize, ErrCorrupt)
	}
	return h, geo, err
}
