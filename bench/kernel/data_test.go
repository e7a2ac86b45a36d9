package kernel

import (
	"math/bits"
	"testing"
)

// Vectors begin where the C side has them: at whole pages behind the begin of a huge one.
func TestPlacesOfVectors(t *testing.T) {
	for _, n := range []int{64, 640, 2048, 1 << 20} {
		o, err := newOperands("add", float64s, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		ends := 0
		for slot := range slotRoom {
			v := o.vector(slot, n)
			if len(from(v, page)) != len(v) || len(v) != 8*n {
				t.Errorf("%d elements: vector %d begins within a page, or has %d bytes", n, slot, len(v))
			}
			at := slot * o.each
			if at < ends || at-ends >= page || &v[0] != &o.block[at] {
				t.Errorf("%d elements: vector %d begins at %d, behind %d", n, slot, at, ends)
			}
			ends = at + 8*n
		}
		if len(from(o.block, hugePage)) != len(o.block) || len(o.block)%hugePage != 0 {
			t.Errorf("%d elements: the block is not one of huge pages", n)
		}
		if err := o.free(); err != nil {
			t.Error(err)
		}
	}
}

// Small operands are everywhere in their block in turn, and the same everywhere; those that
// fill it stay where they are.
func TestOperandsMove(t *testing.T) {
	for _, n := range []int{640, 1 << 20} {
		o, err := newOperands("add", int64s, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		first, rest := o.ix[n-1]+o.iy[n-1], map[*int64]bool{}
		for range 3 * hugePage / (slots * o.each) {
			o.move("add")
			if o.ix[n-1]+o.iy[n-1] != first || len(o.idst) != n {
				t.Fatalf("%d elements: others than before at %p", n, &o.ix[0])
			}
			rest[&o.ix[0]] = true
		}
		if want := len(o.block) / (slots * o.each); want > 1 && len(rest) != want {
			t.Errorf("%d elements: %d places, want %d", n, len(rest), want)
		}
		if err := o.free(); err != nil {
			t.Error(err)
		}
	}
}

// Sums of whole operands are exact in 64 bits, in plain loops as well.
func TestWholeSumsFit(t *testing.T) {
	for _, c := range contests() {
		if c.typ == int64s && bits.Len(uint(c.elems()-1))+wholeBits > 63 {
			t.Errorf("%s: the sum of %d numbers of %d bits may overflow", c.name(), c.elems(), wholeBits)
		}
	}
	most := int64(0)
	for i := range 1000 {
		most = max(most, whole(i))
	}
	if most>>(wholeBits-1) != 1 {
		t.Errorf("the largest of 1000 whole operands is %#x, not one of %d bits", most, wholeBits)
	}
}
