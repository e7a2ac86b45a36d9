package flat

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"slices"
	"strings"
)

// maxSignature bounds the description of types that hold others many times.
const maxSignature = 1 << 20

// describer writes a type as lines, one for each field, innermost ones too: its path and its kind; of
// a plain struct its size too, since it goes as memory.
type describer struct {
	strings.Builder
	around []place // the nodes that the current one stands in
}

func describe(t reflect.Type, root *node) (signature string, hash uint64, err error) {
	var d describer
	d.node("", root)
	if d.Len() > maxSignature {
		return "", 0, fmt.Errorf("flatten %v: its description has more than %d bytes: %w", t, maxSignature, ErrType)
	}
	h := fnv.New64a()
	h.Write([]byte(d.String()))
	return d.String(), max(1, h.Sum64()), nil
}

func (d *describer) node(path string, n *node) {
	if d.Len() > maxSignature || d.again(path, n) {
		return
	}
	d.around = append(d.around, place{path, n})
	defer func() { d.around = d.around[:len(d.around)-1] }()
	switch k := n.typ.Kind(); {
	case n.kind == hooked:
		d.line(path, n.hook.name+" "+n.typ.String())
	case k == reflect.Slice:
		d.node(path+"[]", n.elem)
	case k == reflect.Array:
		d.node(fmt.Sprintf("%s[%d]", path, n.typ.Len()), n.elem)
	case k == reflect.Struct:
		d.record(path, n)
	default:
		d.line(path, kindOf(k))
	}
}

// again writes a type within itself as the path of the outer one.
func (d *describer) again(path string, n *node) bool {
	i := slices.IndexFunc(d.around, func(p place) bool { return p.node == n })
	if i >= 0 {
		d.line(path, "as "+whole(d.around[i].path))
	}
	return i >= 0
}

func (d *describer) record(path string, n *node) {
	kind := "struct"
	if n.kind == plain {
		kind = fmt.Sprintf("struct of %d bytes", n.size)
	}
	d.line(path, kind)
	for _, f := range n.fields {
		d.node(strings.TrimPrefix(path+"."+f.name, "."), f.node)
	}
}

func (d *describer) line(path, kind string) { fmt.Fprintf(d, "%s %s\n", whole(path), kind) }

// whole is a path, or a word for the value itself.
func whole(path string) string {
	if path == "" {
		return "value"
	}
	return path
}

// kindOf is the kind with its size: int is an int64.
func kindOf(k reflect.Kind) string {
	switch k {
	case reflect.Int:
		return "int64"
	case reflect.Uint:
		return "uint64"
	}
	return k.String()
}

// Difference is the first line in which two signatures differ, in words: "theirs has A where ours has B".
// It is empty if there is none.
func Difference(theirs, ours string) string {
	a, b := strings.Split(theirs, "\n"), strings.Split(ours, "\n")
	found := ""
	for i := range max(len(a), len(b)) {
		x, y := lineAt(a, i), lineAt(b, i)
		if x == y {
			continue
		}
		if found == "" {
			found = fmt.Sprintf("theirs has %s where ours has %s", x, y)
		}
		// The sizes of structs differ when a field does: the field says more.
		if !strings.Contains(x, " struct") || !strings.Contains(y, " struct") {
			return fmt.Sprintf("theirs has %s where ours has %s", x, y)
		}
	}
	return found
}

func lineAt(lines []string, i int) string {
	if i < len(lines) && lines[i] != "" {
		return fmt.Sprintf("%q", lines[i])
	}
	return "nothing more"
}
