package kernel

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

func TestChosen(t *testing.T) {
	all := len(contests())
	for _, tc := range []struct {
		pattern string
		only    []string
		want    int
	}{
		{All, nil, all}, {"sum", nil, 2 * len(sizes)}, {"sum/f64", nil, len(sizes)}, {"sum/f64/L1", nil, 1}, {"*/i64/L2", nil, 7},
		{"filter*", nil, 6 * len(sizes)}, {"none", nil, 0}, {"sort", []string{Gonum, Limit}, 0},
	} {
		if got := chosen(tc.pattern, tc.only); len(got) != tc.want {
			t.Errorf("%q with %v chooses %d cases, want %d", tc.pattern, tc.only, len(got), tc.want)
		}
	}
	usual := chosen("", nil)
	for _, c := range usual {
		if c.typ != float64s || c.slow && c.size.name == "DRAM" {
			t.Errorf("%s is a usual case", c.name())
		}
	}
	if len(usual) != 2*len(operations)-4 {
		t.Errorf("%d usual cases of %d operations", len(usual), len(operations))
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "none"}, {Case: "["}, {Reps: -1}, {Seconds: -1}, {Corrupt: "nobody"}, {Systems: []string{"nobody"}}, {Case: "sort", Systems: []string{Limit}}} {
		if err := Validate(o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
		if _, err := Run(t.Context(), o); !errors.Is(err, report.ErrOptions) {
			t.Errorf("Run(%+v): %v", o, err)
		}
	}
	if err := Validate(Options{}); err != nil {
		t.Errorf("the zero Options: %v", err)
	}
}

// Each system has each operation that the cases say it has, and no other.
func TestEveryOperationIsThere(t *testing.T) {
	have := map[string]map[string]func(*operands){AVX512: ours, Std: standard, Gonum: gonums}
	for system, does := range have {
		want := map[string]bool{}
		for _, c := range contests() {
			if slices.Contains(c.systems, system) {
				want[c.does+"/"+c.typ] = true
			}
		}
		for name := range want {
			if does[name] == nil {
				t.Errorf("%s has no %s", system, name)
			}
		}
		if len(does) != len(want) {
			t.Errorf("%s has %d operations, of which %d are measured", system, len(does), len(want))
		}
	}
}

// A case's operands are as large as its name says, and whole vectors.
func TestSizes(t *testing.T) {
	for _, c := range contests() {
		n := c.elems()
		if bytes := n * c.vectors() * 8; n%64 != 0 || bytes > c.size.bytes || bytes < c.size.bytes*9/10 && !(c.square && bytes >= c.size.bytes*8/10) {
			t.Errorf("%s: %d elements, %d bytes", c.name(), n, bytes)
		}
	}
}

// The systems in Go come to the digest of a plain loop, and any element that is another
// number makes it another digest.
func TestDigests(t *testing.T) {
	for _, o := range operations {
		for _, typ := range o.types {
			c := contest{operation: o, size: sizes[0], typ: typ}
			want, err := reference(c)
			if err != nil {
				t.Fatal(err)
			}
			for system, does := range map[string]map[string]func(*operands){"kernels": ours, Gonum: gonums} {
				if f := does[c.does+"/"+c.typ]; f != nil {
					checkDigest(t, c, system, f, want)
				}
			}
		}
	}
}

func checkDigest(t *testing.T, c contest, system string, f func(*operands), want float64) {
	t.Helper()
	v, err := newOperands(c.does, c.typ, c.elems(), c.threshold)
	if err != nil {
		t.Fatal(err)
	}
	defer v.free()
	f(v)
	m := &sample{1, 1, v.digest(c.does)}
	if err := m.check(c, system, want); err != nil {
		t.Errorf("%s: %v", system, err)
	}
	switch {
	case v.kept > 0 && v.dst != nil:
		v.dst[v.kept-1] = v.dst[v.kept-1]*(1+1e-6) + 1e-6
	case v.kept > 0:
		v.idst[v.kept-1]++
	case c.does == "argsort":
		v.idx[0], v.idx[5] = v.idx[5], v.idx[0]
	case c.does == "hist":
		v.counts[7]++
	default:
		v.out[0] = math.Nextafter(v.out[0], 1e300) * (1 + 1e-9)
	}
	m.digest = v.digest(c.does)
	if err := m.check(c, system, want); !errors.Is(err, report.ErrWrong) {
		t.Errorf("%s of %s: another result has the same digest: %v", c.name(), system, err)
	}
}
