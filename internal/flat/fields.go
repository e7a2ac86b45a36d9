package flat

import (
	"reflect"
	"strings"
)

const (
	tagName       = "flat"
	tagSkip       = "-"
	tagUnexported = "unexported"
)

// fields are the fields of a struct that are written, and whether these are all it has.
func (b *builder) fields(t reflect.Type, path string) (fields []field, all bool, err error) {
	open, err := takesUnexported(t, path)
	if err != nil {
		return nil, false, err
	}
	all = true
	for i := range t.NumField() {
		f := t.Field(i)
		at := strings.TrimPrefix(path+"."+f.Name, ".")
		skip, err := skipped(f, open, at)
		if err != nil {
			return nil, false, err
		}
		if skip {
			all = all && f.Name == "_" && padding(f.Type)
			continue
		}
		n, err := b.node(f.Type, at)
		if err != nil {
			return nil, false, err
		}
		fields = append(fields, field{f.Name, int(f.Offset), n})
	}
	return fields, all, nil
}

// takesUnexported says whether a struct has a blank field that is tagged so.
func takesUnexported(t reflect.Type, path string) (open bool, err error) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch tag := f.Tag.Get(tagName); {
		case tag == "" || tag == tagSkip && f.Name != "_":
		case tag == tagUnexported && f.Name == "_":
			open = true
		default:
			return false, refuse(strings.TrimPrefix(path+"."+f.Name, "."),
				"has the tag `flat:%q`; known are \"-\", and \"unexported\" on a field called _", tag)
		}
	}
	return open, nil
}

// skipped says whether a field is left out.
func skipped(f reflect.StructField, open bool, path string) (bool, error) {
	switch {
	case f.Name == "_" || f.Tag.Get(tagName) == tagSkip:
		return true, nil
	case f.IsExported() || open:
		return false, nil
	case f.Anonymous && f.Type.Kind() == reflect.Struct: // its fields are judged one by one
		return false, nil
	}
	return false, refuse(path, "is not exported (leave it out with the tag `flat:\"-\"`, "+
		"or take all of its struct with a field _ struct{} `flat:\"unexported\"`)")
}

// padding says whether a blank field of type t may go as memory: whatever a peer puts there is harmless.
func padding(t reflect.Type) bool {
	switch k := t.Kind(); {
	case t.Size() == 0:
		return true
	case k == reflect.Array:
		return padding(t.Elem())
	default:
		return k >= reflect.Bool && k <= reflect.Complex128 && k != reflect.Uintptr
	}
}
