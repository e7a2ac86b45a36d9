package engine

// A tree merges partial results in a fixed binary tree: node (level, i) covers
// the leaves [i<<level, (i+1)<<level) and is merge(left, right), or left alone
// where there is no right. The shape depends on the number of leaves only, so
// a floating-point result has the same bits whoever computed which part. A
// partition is an aligned power-of-two run of leaves, that is one node.
//
// It is a binary counter: stack[k] is the root of a complete subtree, and the
// bits of count say which levels are there.
type tree[P any] struct {
	merge func(a, b P) P
	stack []P
	count uint
}

func (t *tree[P]) reset() { t.stack, t.count = t.stack[:0], 0 }

// push adds the next leaf. It takes a pointer because a P may be large.
func (t *tree[P]) push(p *P) {
	t.stack = append(t.stack, *p)
	for c := t.count; c&1 == 1; c >>= 1 {
		top := len(t.stack) - 1
		t.stack[top-1] = t.merge(t.stack[top-1], t.stack[top])
		t.stack = t.stack[:top]
	}
	t.count++
}

// root returns the merge of all leaves; ok is false when there was none.
func (t *tree[P]) root() (p P, ok bool) {
	if len(t.stack) == 0 {
		return p, false
	}
	i := len(t.stack) - 1
	p = t.stack[i]
	for i--; i >= 0; i-- {
		p = t.merge(t.stack[i], p)
	}
	return p, true
}
