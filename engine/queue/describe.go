package queue

import (
	"fmt"
	"reflect"
	"strings"
)

// describe writes a plain type as lines, one for each field, innermost ones too: its path, its kind
// and, of a struct, its size. Types that programs may exchange have the same lines.
func describe(t reflect.Type) string {
	var b strings.Builder
	describeIn(&b, "", t)
	return b.String()
}

func describeIn(b *strings.Builder, at string, t reflect.Type) {
	switch t.Kind() {
	case reflect.Struct:
		fmt.Fprintf(b, "%s struct of %d bytes\n", nonEmpty(at), t.Size())
		for i := range t.NumField() {
			describeIn(b, strings.TrimPrefix(at+"."+t.Field(i).Name, "."), t.Field(i).Type)
		}
	case reflect.Array:
		describeIn(b, fmt.Sprintf("%s[%d]", at, t.Len()), t.Elem())
	default:
		fmt.Fprintf(b, "%s %s\n", nonEmpty(at), kindOf(t))
	}
}

func nonEmpty(path string) string {
	if path == "" {
		return "value"
	}
	return path
}

// kindOf is the kind with its size: int is an int64.
func kindOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "int64"
	case reflect.Uint:
		return "uint64"
	}
	return t.Kind().String()
}

// difference is the first line in which two descriptions differ, in words.
func difference(queue, program string) string {
	theirs, ours := strings.Split(queue, "\n"), strings.Split(program, "\n")
	for i := range max(len(theirs), len(ours)) {
		a, b := "nothing more", "nothing more"
		if i < len(theirs) && theirs[i] != "" {
			a = fmt.Sprintf("%q", theirs[i])
		}
		if i < len(ours) && ours[i] != "" {
			b = fmt.Sprintf("%q", ours[i])
		}
		if a == b {
			continue
		}
		// The sizes of structs differ when a field does: the field says more.
		if strings.Contains(a, " struct of ") && strings.Contains(b, " struct of ") && i+1 < max(len(theirs), len(ours)) {
			if d := difference(strings.Join(theirs[min(i+1, len(theirs)):], "\n"), strings.Join(ours[min(i+1, len(ours)):], "\n")); d != "" {
				return d
			}
		}
		return fmt.Sprintf("the queue has %s where this program has %s", a, b)
	}
	return ""
}
