package shmarena

import (
	"reflect"
	"testing"

	"github.com/shmengine/shmengine/internal/pod"
)

// The layout that docs/memory-layout.md draws. Who changes it steps the version,
// here and there.
func TestLayoutIsFixed(t *testing.T) {
	if layoutVersion != 3 {
		t.Fatal("draw the new version, and put its numbers here")
	}
	for capacity, want := range map[uint64]geometry{
		1 << 20: {128, 77952, 176256, 241792, 274560, 16, 278528, 458752, 1507328, 73792},
		8 << 30: {128, 77952, 176256, 241792, 274560, 131072, 4472832, 1078263808, 9668198400, 73792},
	} {
		if got := geometryOf(128, capacity); got != want {
			t.Errorf("capacity %d: %+v, want %+v", capacity, got, want)
		}
	}
	if got := layoutHash(); got != 0x11de7c32958391d {
		t.Errorf("layout hash %#x", got)
	}
}

// What lies in shared memory holds no pointers and nothing of unknown size.
func TestLayoutIsShareable(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[heapControl](), reflect.TypeFor[nameControl](), reflect.TypeFor[entry](), reflect.TypeFor[span](),
		reflect.TypeFor[spanTable](), reflect.TypeFor[cell](), reflect.TypeFor[holdTable](),
	} {
		if err := pod.Check(typ); err != nil {
			t.Error(err)
		}
	}
}

// The tables lie one after the other, inside the file, whatever the sizes.
func TestGeometry(t *testing.T) {
	for _, members := range []int{1, 2, 127, 128, maxMembers} {
		for _, capacity := range []uint64{spanSize, 3 * spanSize, 1 << 30, maxSize} {
			g := geometryOf(members, capacity)
			if g.cells < membersAt+g.memberSize || g.directory < g.cells+uint64(members)*cellSize ||
				g.holds < g.directory+entries*entrySize || g.spans < g.holds+holdTableSize ||
				g.tables < g.spans+g.spanCount*spanBytes || g.tables%tableAlign != 0 ||
				g.blocks < g.tables+g.spanCount*tableSize || g.blocks%spanSize != 0 || g.size != g.blocks+capacity {
				t.Errorf("%d members, capacity %d: %+v", members, capacity, g)
			}
			if g.spanCount > 1<<lengthBits-1 || g.size > lockGate {
				t.Errorf("%d members, capacity %d: %+v", members, capacity, g)
			}
		}
	}
}
