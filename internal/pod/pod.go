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
	if where, why := offence(t, ""); why != "" {
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

// offence returns the path to the first part of t that may not be shared and
// the reason, or two empty strings.
func offence(t reflect.Type, path string) (where, why string) {
	if t.PkgPath() == "sync" {
		return path, "of package sync, which works inside one process only (use package futex)"
	}
	switch t.Kind() {
	case reflect.Array:
		if t.Len() == 0 && t.Elem().Kind() == reflect.Pointer {
			return offence(t.Elem().Elem(), path+"[]") // a phantom: no pointer is there, but T is meant
		}
		return offence(t.Elem(), path+"[]")
	case reflect.Struct:
		return offenceInStruct(t, path)
	case reflect.Bool:
		return path, "a bool, which a peer can set to something else than 0 and 1 (use uint8)"
	case reflect.Uintptr:
		return path, "a uintptr, which is an address in one process only (use uint64)"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return "", ""
	}
	return path, "a " + t.Kind().String() + ", which holds an address of one process"
}

func offenceInStruct(t reflect.Type, path string) (where, why string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Name
		if path != "" {
			name = path + "." + name
		}
		if where, why = offence(f.Type, name); why != "" {
			return where, why
		}
	}
	return "", ""
}
