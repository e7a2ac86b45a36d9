package shmarena

import (
	"encoding/binary"
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// MaxPublishedName is the longest name, in bytes, that [Arena.Publish] takes.
const MaxPublishedName = nameWords*8 - 1

// directory is the arena's table of published arrays. Its mutex needs no
// recovery: an entry is written before its state makes it valid, so whatever
// store a member dies after, each entry is whole or absent.
type directory struct {
	mu      lock
	entries *[entries]entry
}

// key is a name as the table holds it.
type key [nameWords]uint64

func keyOf(name string) (key, error) {
	var b [nameWords * 8]byte
	if name == "" || len(name) > MaxPublishedName {
		return key{}, argument("name %q has not 1 to %d bytes", name, MaxPublishedName)
	}
	b[0] = byte(len(name))
	copy(b[1:], name)
	var k key
	for i := range k {
		k[i] = binary.LittleEndian.Uint64(b[i*8:])
	}
	return k, nil
}

// String returns the name.
func (k key) String() string {
	var b [nameWords * 8]byte
	for i, w := range k {
		binary.LittleEndian.PutUint64(b[i*8:], w)
	}
	return string(b[1 : 1+min(int(b[0]), MaxPublishedName)])
}

const (
	entryEmpty = 0
	entryInUse = 1
)

func (e *entry) key() key {
	var k key
	for i := range k {
		k[i] = e.name[i].Load()
	}
	return k
}

// published is an entry as it was read: numbers that are still to be checked.
type published struct {
	typ, gen, off, n uint64
}

func (e *entry) read() published {
	return published{e.typ.Load(), e.gen.Load(), e.off.Load(), e.n.Load()}
}

func (d *directory) lock() error {
	died, err := d.mu.acquire()
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	if died {
		d.mu.heal()
	}
	return nil
}

func (d *directory) unlock() { d.mu.release() }

// find returns the entry of that name and some empty one; either may be nil.
func (d *directory) find(k key) (found, empty *entry) {
	for i := range d.entries {
		e := &d.entries[i]
		switch {
		case e.state.Load() == entryEmpty:
			if empty == nil {
				empty = e
			}
		case e.key() == k:
			return e, empty
		}
	}
	return nil, empty
}

// put writes an entry and then makes it valid.
func (e *entry) put(k key, p published) {
	e.typ.Store(p.typ)
	e.gen.Store(p.gen)
	e.off.Store(p.off)
	e.n.Store(p.n)
	for i, w := range k {
		e.name[i].Store(w)
	}
	e.state.Store(entryInUse)
}

// Publish gives an array a name under which every member finds it with
// [Lookup]. Names are bytes, at most [MaxPublishedName]; a name that is taken
// is fs.ErrExist, unless its array was freed. Take names back with
// [Arena.Unpublish] before the array is freed.
//
// Errors: [ErrArgument], [ErrFreed] if x is not a live array of this arena,
// [ErrFull] if the arena has 512 names, fs.ErrExist, [ErrClosed], [ErrBusy].
func (a *Arena) Publish(name string, x Handle) error {
	if err := a.publish(name, x.handle()); err != nil {
		return fmt.Errorf("shmarena: %s: publish %q: %w", a, name, err)
	}
	return nil
}

func (a *Arena) publish(name string, x handle) error {
	k, err := keyOf(name)
	if err != nil {
		return err
	}
	at, err := a.enterWrite()
	if err != nil {
		return err
	}
	defer at.leave()
	if !at.heap.resolve(x.gen, x.off, x.n, uint64(x.typ.Size())) || x.arena != at.id {
		return ErrFreed
	}
	d := &at.names
	if err := d.lock(); err != nil {
		return err
	}
	defer d.unlock()
	found, empty := d.find(k)
	switch {
	case found != nil && at.heap.live(found.read()):
		return exist("name", name)
	case found != nil:
		found.state.Store(entryEmpty)
		empty = found
	case empty == nil:
		return fmt.Errorf("%d names: %w", entries, ErrFull)
	}
	empty.put(k, published{pod.Hash(x.typ), uint64(x.gen), x.off, x.n})
	return nil
}

// live reports whether the block of a published array still is the same.
func (h *heap) live(p published) bool {
	_, ok := h.locate(uint32(p.gen), p.off)
	return ok && p.gen>>32 == 0
}

// Lookup finds a published array. A name that is not there, or whose array was
// freed, is fs.ErrNotExist; an array of another element type is [ErrType].
func Lookup[T any](a *Arena, name string) (Array[T], error) {
	x, err := lookup[T](a, name)
	if err != nil {
		return Array[T]{}, fmt.Errorf("shmarena: %s: look up %q: %w", a, name, err)
	}
	return x, nil
}

func lookup[T any](a *Arena, name string) (Array[T], error) {
	t := reflect.TypeFor[T]()
	if err := pod.Check(t); err != nil {
		return Array[T]{}, err
	}
	k, err := keyOf(name)
	if err != nil {
		return Array[T]{}, err
	}
	at, err := a.enter()
	if err != nil {
		return Array[T]{}, err
	}
	defer at.leave()
	p, err := at.names.get(k)
	switch {
	case err != nil:
		return Array[T]{}, err
	case p == nil:
		return Array[T]{}, notExist("name", name)
	case p.typ != pod.Hash(t):
		return Array[T]{}, ErrType
	}
	x := makeArray[T](at.id, uint32(p.gen), p.off, p.n)
	if !at.heap.resolve(x.gen(), x.off, x.n, elemSize[T]()) {
		return Array[T]{}, fmt.Errorf("its array was freed: %w", notExist("name", name))
	}
	return x, nil
}

// get reads the entry of that name, or nil.
func (d *directory) get(k key) (*published, error) {
	if d.mu.self == nil {
		return d.peek(k)
	}
	if err := d.lock(); err != nil {
		return nil, err
	}
	defer d.unlock()
	found, _ := d.find(k)
	if found == nil {
		return nil, nil
	}
	p := found.read()
	return &p, nil
}

// Unpublish takes a name back; its array stays. It is fs.ErrNotExist if the
// name is not there.
func (a *Arena) Unpublish(name string) error {
	k, err := keyOf(name)
	if err != nil {
		return err
	}
	at, err := a.enterWrite()
	if err != nil {
		return err
	}
	defer at.leave()
	d := &at.names
	if err := d.lock(); err != nil {
		return err
	}
	defer d.unlock()
	found, _ := d.find(k)
	if found == nil {
		return fmt.Errorf("shmarena: %s: %w", a, notExist("unpublish", name))
	}
	found.state.Store(entryEmpty)
	return nil
}
