package flat

import (
	"fmt"
	"reflect"
)

// builder makes the nodes of a type. A type that holds itself finds its own node, not ready yet, under
// a slice: there only its address counts, and that it is not plain.
type builder struct {
	nodes  map[reflect.Type]*node
	codecs map[reflect.Type]hook
	lists  []place
}

// place is a node and where it stands.
type place struct {
	path string
	node *node
}

// build makes the node of t. Its error wraps ErrType.
func build(t reflect.Type, options []Option) (*node, error) {
	b := &builder{nodes: map[reflect.Type]*node{}, codecs: map[reflect.Type]hook{}}
	for _, o := range options {
		o(b)
	}
	root, err := b.node(t, "")
	for i := 0; err == nil && i < len(b.lists); i++ {
		err = b.lists[i].elementsFit()
	}
	if err != nil {
		return nil, fmt.Errorf("flatten %v: %w", t, err)
	}
	return root, nil
}

func refuse(path string, format string, args ...any) error {
	if path == "" {
		path = "it"
	}
	return fmt.Errorf("%s %s: %w", path, fmt.Sprintf(format, args...), ErrType)
}

// elementsFit bounds what a few bytes can become: lengths come from others.
func (l place) elementsFit() error {
	switch e := l.node.elem; {
	case e.least == 0:
		return refuse(l.path, "is a slice of %v, which is written in no bytes", e.typ)
	case e.size/e.least > MaxGrowth:
		return refuse(l.path, "is a slice of %v, which has %d bytes and can be written in %d; at most %d times as many are allowed",
			e.typ, e.size, e.least, MaxGrowth)
	}
	return nil
}

func (b *builder) node(t reflect.Type, path string) (*node, error) {
	if n := b.nodes[t]; n != nil {
		return n, nil
	}
	// Not ready, a node is one that holds a slice of itself: it takes a length at least.
	n := &node{typ: t, size: int(t.Size()), align: t.Align(), least: lengthSize}
	b.nodes[t] = n
	if h, ok := b.codecs[t]; ok {
		n.hook = h
	} else if h, ok, err := methodsOf(t, path); err != nil {
		return nil, err
	} else if ok {
		n.hook = h
	}
	if n.hook.decode != nil {
		n.kind, n.varies = hooked, true
		return n, nil
	}
	return n, b.structure(n, path)
}

// structure fills a node in by the kind of its type.
func (b *builder) structure(n *node, path string) error {
	switch t := n.typ; t.Kind() {
	case reflect.Bool:
		n.kind, n.least, n.checked = plain, n.size, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		n.kind, n.least = plain, n.size
	case reflect.String:
		n.kind, n.varies = text, true
	case reflect.Slice:
		return b.slice(n, path)
	case reflect.Array:
		return b.array(n, path)
	case reflect.Struct:
		return b.record(n, path)
	case reflect.Uintptr:
		return refuse(path, "is a uintptr, which is an address in one process only (use uint64)")
	default:
		return refuse(path, "is a %s (leave it out with the tag `flat:\"-\"`, or write it with methods or a codec)", t.Kind())
	}
	return nil
}

func (b *builder) slice(n *node, path string) (err error) {
	n.kind, n.varies = list, true
	b.lists = append(b.lists, place{path, n})
	n.elem, err = b.node(n.typ.Elem(), path+"[]")
	return err
}

func (b *builder) array(n *node, path string) (err error) {
	n.kind, n.count = array, n.typ.Len()
	if n.elem, err = b.node(n.typ.Elem(), fmt.Sprintf("%s[%d]", path, n.count)); err != nil {
		return err
	}
	n.least, n.varies = n.count*n.elem.least, n.elem.varies && n.count > 0
	if n.elem.kind == plain {
		n.kind, n.checked = plain, n.elem.checked
	}
	if n.least == 0 {
		n.count = 0 // there is nothing to visit
	}
	return nil
}

func (b *builder) record(n *node, path string) error {
	n.kind = record
	fields, all, err := b.fields(n.typ, path)
	if err != nil {
		return err
	}
	n.fields, n.steps = fields, merged(fields)
	n.least = 0
	whole := all
	for _, f := range fields {
		n.least += f.node.least
		n.varies = n.varies || f.node.varies
		whole = whole && f.node.kind == plain
	}
	if whole {
		n.kind, n.least = plain, n.size
		for _, f := range fields {
			n.checked = n.checked || f.node.checked
		}
	}
	return nil
}
