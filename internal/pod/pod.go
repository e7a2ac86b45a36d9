package pod

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
)

// ErrNotPOD is wrapped by every error of Check.
var ErrNotPOD = errors.New("type cannot be shared between processes")

// verdict is what is remembered about a type.
type verdict struct {
	err  error
	hash uint64
}

var verdicts sync.Map // reflect.Type -> verdict

// Check says whether values of t may live in shared memory. Its error wraps
// ErrNotPOD and names the field that is in the way. A type without a size is
// refused as well: an array of it would have no bytes.
func Check(t reflect.Type) error {
	return judge(t).err
}

// Hash returns the layout hash of t: equal for types with the same kinds,
// sizes, offsets and field names in the same order, whatever the types
// themselves are called. It is never 0, and it is the same in every program
// on every 64-bit machine. For a type that Check refuses it is 0.
func Hash(t reflect.Type) uint64 {
	return judge(t).hash
}

func judge(t reflect.Type) verdict {
	if t == nil {
		return verdict{err: fmt.Errorf("pod: nil type: %w", ErrNotPOD)}
	}
	if v, ok := verdicts.Load(t); ok {
		return v.(verdict)
	}
	v := verdict{err: check(t)}
	if v.err == nil {
		v.hash = hashOf(t)
	}
	verdicts.Store(t, v)
	return v
}

func check(t reflect.Type) error {
	if where, why := path(nil).offence(t, ""); why != "" {
		if where == "" {
			return fmt.Errorf("pod: %v is %s: %w", t, why, ErrNotPOD)
		}
		return fmt.Errorf("pod: %s of %v is %s: %w", where, t, why, ErrNotPOD)
	}
	if t.Size() == 0 {
		return fmt.Errorf("pod: %v has no size: %w", t, ErrNotPOD)
	}
	return nil
}

// path is the types around the one that is looked at, the outermost first. A
// type can only be inside itself by a phantom, see phantomOf.
type path []reflect.Type

// around is how many types out t stands, 0 if it does not.
func (p path) around(t reflect.Type) int {
	for i := range p {
		if p[len(p)-1-i] == t {
			return i + 1
		}
	}
	return 0
}

// phantomOf returns the T of a [0]*T, or nil. Such a field has no bytes, and
// holds no pointer: it makes a type of offsets into a type of offsets to T
// without containing a T, so that T may contain it.
func phantomOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Array && t.Len() == 0 && t.Elem().Kind() == reflect.Pointer {
		return t.Elem().Elem()
	}
	return nil
}

// offence returns the name of the first part of t that may not be shared and
// the reason, or two empty strings.
func (p path) offence(t reflect.Type, name string) (where, why string) {
	if t.PkgPath() == "sync" {
		return name, "of package sync, which works inside one process only (use package futex)"
	}
	switch t.Kind() {
	case reflect.Array:
		if meant := phantomOf(t); meant != nil {
			return p.offence(meant, name+"[]")
		}
		return p.offence(t.Elem(), name+"[]")
	case reflect.Struct:
		if p.around(t) > 0 {
			return "", ""
		}
		return append(p, t).offenceInStruct(t, name)
	case reflect.Bool:
		return name, "a bool, which a peer can set to something else than 0 and 1 (use uint8)"
	case reflect.Uintptr:
		return name, "a uintptr, which is an address in one process only (use uint64)"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return "", ""
	}
	return name, "a " + t.Kind().String() + ", which holds an address of one process"
}

func (p path) offenceInStruct(t reflect.Type, name string) (where, why string) {
	for i := range t.NumField() {
		f := t.Field(i)
		inner := f.Name
		if name != "" {
			inner = name + "." + inner
		}
		if where, why = p.offence(f.Type, inner); why != "" {
			return where, why
		}
	}
	return "", ""
}
