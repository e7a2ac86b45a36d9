package engine

import (
	"fmt"
	"reflect"

	"github.com/shmengine/shmengine/internal/pod"
)

// A plan is how to find the columns in a kernel's arguments, made once when the
// kernel is registered.
type plan struct {
	size    uintptr
	hash    uint64
	row     uint64 // bytes of all columns in a row
	columns []planColumn
}

type planColumn struct {
	name   string
	typ    reflect.Type
	offset uintptr
}

var columnType = reflect.TypeFor[column]()

// planOf makes the plan of A, or panics with what is wrong with A: kernels are
// registered by package variables, so this is found when the program starts.
func planOf[A any](kernel string) plan {
	t := reflect.TypeFor[A]()
	if err := pod.Check(t); err != nil {
		panic(fmt.Sprintf("engine: kernel %q: arguments must be plain values: %v", kernel, err))
	}
	if t.Size() > maxArgs {
		panic(fmt.Sprintf("engine: kernel %q: arguments of %d bytes, at most %d fit: put large ones into an array",
			kernel, t.Size(), maxArgs))
	}
	p := plan{size: t.Size(), hash: pod.Hash(t)}
	p.collect(t, 0, kernel)
	return p
}

// collect adds the columns of t, which lies at off.
func (p *plan) collect(t reflect.Type, off uintptr, name string) {
	if reflect.PointerTo(t).Implements(columnType) {
		p.columns = append(p.columns, planColumn{name, t, off})
		p.row += uint64(reflect.New(t).Interface().(column).width())
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			p.collect(f.Type, off+f.Offset, f.Name)
		}
	case reflect.Array:
		for i := range t.Len() {
			p.collect(t.Elem(), off+uintptr(i)*t.Elem().Size(), fmt.Sprintf("%s[%d]", name, i))
		}
	}
}

// of returns the columns of args.
func (p *plan) of(args []byte) []column {
	cs := make([]column, len(p.columns))
	for i, c := range p.columns {
		cs[i] = fieldAt(c.typ, args, c.offset).(column)
	}
	return cs
}

// check refuses columns of different lengths, and columns of which one is
// written while it overlaps another: a retry would read what the first try
// wrote. It returns the number of rows, -1 without a column.
func (p *plan) check(cs []column) (rows int, err error) {
	rows = -1
	for i, c := range cs {
		if rows < 0 {
			rows = c.rows()
		}
		if c.rows() != rows {
			return 0, fmt.Errorf("%w: column %s has %d rows, %s has %d",
				ErrLength, p.columns[i].name, c.rows(), p.columns[0].name, rows)
		}
	}
	for i, a := range cs {
		for j, b := range cs[:i] {
			if (a.access()|b.access())&writes != 0 && overlap(a.bytes(0, a.rows()), b.bytes(0, b.rows())) {
				return 0, fmt.Errorf("%w: %s and %s", ErrOverlap, p.columns[j].name, p.columns[i].name)
			}
		}
	}
	return rows, nil
}
