package flat_test

import (
	"encoding/binary"
	"errors"
	"maps"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
)

// counts is a codec for a map, in the order of its keys.
type counts struct{ pairs *flat.Plan[[]pair] }

type pair struct {
	Key string
	N   int
}

func (c counts) list(m *map[string]int) (all []pair) {
	for _, k := range slices.Sorted(maps.Keys(*m)) {
		all = append(all, pair{k, (*m)[k]})
	}
	return all
}

func (c counts) Size(m *map[string]int) int {
	all := c.list(m)
	return c.pairs.Size(&all)
}

func (c counts) Encode(dst []byte, m *map[string]int) int {
	all := c.list(m)
	return c.pairs.Encode(dst, &all)
}

func (c counts) Decode(src []byte, m *map[string]int) error {
	var all []pair
	if err := c.pairs.Decode(src, &all); err != nil {
		return err
	}
	*m = map[string]int{}
	for _, p := range all {
		(*m)[p.Key] = p.N
	}
	return nil
}

func TestMethods(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	same(t, company{at, netip.MustParseAddr("::1"), []time.Time{at, at.Add(time.Hour)}})
	same(t, map[netip.Addr]int(nil), flat.Using(noMap{}))
}

// noMap carries one value only: the one that is nil.
type noMap struct{}

func (noMap) Size(m *map[netip.Addr]int) int               { return min(0, -len(*m)) }
func (noMap) Encode([]byte, *map[netip.Addr]int) int       { return 0 }
func (noMap) Decode(b []byte, _ *map[netip.Addr]int) error { return nil }

func TestCodec(t *testing.T) {
	type report struct {
		Name  string
		Words map[string]int
		More  []map[string]int
	}
	v := report{"r", map[string]int{"b": 2, "a": 1}, []map[string]int{{}, {"x": 3}}}
	same(t, v, flat.Using(counts{plan[[]pair](t)}))
	if _, err := flat.For[report](); !errors.Is(err, flat.ErrType) {
		t.Errorf("a codec of another plan is used: %v", err)
	}
	// A plan is a codec as well.
	inner := plan[pair](t)
	same(t, []pair{{"a", 1}, {"b", 2}}, flat.Using(inner))
}

func TestValueThatCannotBeEncoded(t *testing.T) {
	far := time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("far", 100*60*60*1000))
	c := company{Address: netip.IPv6Unspecified(), Visits: []time.Time{{}, far}}
	_, err := plan[company](t).Measure(&c)
	if !errors.Is(err, flat.ErrValue) || !strings.Contains(err.Error(), "encode flat_test.company: Visits[1]: ") {
		t.Errorf("Measure says %v", err)
	}
	m := map[netip.Addr]int{{}: 1}
	if n, err := plan[map[netip.Addr]int](t, flat.Using(noMap{})).Measure(&m); !errors.Is(err, flat.ErrValue) || n != 0 {
		t.Errorf("Measure says %d, %v", n, err)
	}
}

func TestMethodsGetACopy(t *testing.T) {
	src := encoded(t, kept{[]byte("abc")})
	var k kept
	if err := plan[kept](t).Decode(src, &k); err != nil {
		t.Fatal(err)
	}
	clear(src)
	if string(k.b) != "abc" {
		t.Errorf("the method was given the caller's memory: %q", k.b)
	}
}

// kept keeps what it is given, which it may.
type kept struct{ b []byte }

func (k kept) AppendBinary(b []byte) ([]byte, error) { return append(b, k.b...), nil }
func (k *kept) UnmarshalBinary(b []byte) error       { k.b = b; return nil }

func TestMethodsThatFail(t *testing.T) {
	b := encoded(t, company{})
	binary.LittleEndian.PutUint64(b, 3) // of the 15 bytes of a time
	err := plan[company](t).Decode(b, new(company))
	if !errors.Is(err, flat.ErrCorrupt) || !strings.Contains(err.Error(), "Founded: ") {
		t.Errorf("Decode says %v", err)
	}
}

// fickle is longer each time.
type fickle struct{ n *int }

func (f fickle) AppendBinary(b []byte) ([]byte, error) {
	*f.n++
	return append(b, make([]byte, *f.n)...), nil
}
func (f *fickle) UnmarshalBinary([]byte) error { return nil }

func TestChangedSinceSize(t *testing.T) {
	p, f := plan[fickle](t), fickle{new(int)}
	buf := make([]byte, p.Size(&f))
	defer func() {
		if r := recover(); r != "flat: the value has changed since Size, or its methods do not agree" {
			t.Errorf("recovered %v", r)
		}
	}()
	p.Encode(buf, &f)
}

// elsewhere appends into memory of its own.
type elsewhere struct{}

func (elsewhere) AppendBinary(b []byte) ([]byte, error) {
	return append(append([]byte(nil), b...), "abc"...), nil
}
func (*elsewhere) UnmarshalBinary(b []byte) error {
	if string(b) != "abc" {
		return errors.New("not abc")
	}
	return nil
}

func TestMethodsWithMemoryOfTheirOwn(t *testing.T) {
	if back, _ := carried(t, []elsewhere{{}, {}}); !reflect.DeepEqual(back, []elsewhere{{}, {}}) {
		t.Error(back)
	}
}
