package flat_test

import (
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
)

// signatureOfOrder has a line for each field.
const signatureOfOrder = `value struct
ID uint64
Name string
Tags[] string
Path[] struct of 16 bytes
Path[].X float64
Path[].Y float64
Price float32
Done bool
Raw[] uint8
Grid[2][] int32
Sub[] struct
Sub[].Name string
Sub[].Flags[] bool
Sub[].padded2 struct of 16 bytes
Sub[].padded2.N int16
Sub[].padded2.U uint64
Last[3] struct
Last[3].Name string
Last[3].Flags[] bool
Last[3].padded2 struct of 16 bytes
Last[3].padded2.N int16
Last[3].padded2.U uint64
`

func TestSignature(t *testing.T) {
	for want, got := range map[string]string{
		signatureOfOrder: plan[order](t).Signature(),
		"value struct\nName string\nKids[] as value\n":   plan[tree](t).Signature(),
		"value struct of 16 bytes\nA uint32\nB uint64\n": plan[header](t).Signature(),
		"[] as value\n": plan[list](t).Signature(),
		"value int64\n": plan[int](t).Signature(),
		"value struct\nFounded binary time.Time\nAddress binary netip.Addr\nVisits[] binary time.Time\n": plan[company](t).Signature(),
		"value codec flat_test.pair\n": plan[pair](t, flat.Using(plan[pair](t))).Signature(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// signed is a type as another program may know it.
func signed[T any](t *testing.T) (string, uint64) {
	p := plan[T](t)
	return p.Signature(), p.Hash()
}

func TestDifference(t *testing.T) {
	type ours struct {
		A int
		S []struct{ X, Y int32 }
	}
	mine, hash := signed[ours](t)
	check := func(want string, theirs string, theirHash uint64) {
		t.Helper()
		if got := flat.Difference(theirs, mine); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if (want == "") != (hash == theirHash) || theirHash == 0 {
			t.Errorf("the hashes are %x and %x", hash, theirHash)
		}
	}
	is := func(s string, h uint64) func(want string) {
		return func(want string) { t.Helper(); check(want, s, h) }
	}
	type same struct {
		A int64
		C map[int]int `flat:"-"`
		S []struct{ X, Y int32 }
	}
	is(signed[same](t))("")
	is(signed[struct {
		A int
		S []struct{ X, Z int32 }
	}](t))(`theirs has "S[].Z int32" where ours has "S[].Y int32"`)
	is(signed[struct {
		A int
		S []struct{ X, Y int64 }
	}](t))(`theirs has "S[].X int64" where ours has "S[].X int32"`)
	is(signed[struct{ A int }](t))(`theirs has nothing more where ours has "S[] struct of 8 bytes"`)
	is(signed[struct {
		S []struct{ X, Y int32 }
		A int
	}](t))(`theirs has "S[] struct of 8 bytes" where ours has "A int64"`)
	is(signed[time.Time](t))(`theirs has "value binary time.Time" where ours has "value struct"`)
	is(signed[[]ours](t))(`theirs has "[].A int64" where ours has "A int64"`)
}

// TestLeftOutFieldsDoNotCount: a left out field changes where the others are in memory, not what is written.
func TestLeftOutFieldsDoNotCount(t *testing.T) {
	type with struct {
		A int32
		X []int `flat:"-"`
		B int64
		C int32
		S string
	}
	type without struct {
		A int32
		Y int64 `flat:"-"`
		B int64
		C int32
		S string
	}
	p, q := plan[with](t), plan[without](t)
	if p.Hash() != q.Hash() {
		t.Fatalf("signatures\n%s\n%s", p.Signature(), q.Signature())
	}
	var back without
	if err := q.Decode(encoded(t, with{A: 1, B: 2, C: 3, S: "x"}), &back); err != nil || back != (without{A: 1, B: 2, C: 3, S: "x"}) {
		t.Errorf("%+v, %v", back, err)
	}
}
