package ostour

import (
	"slices"
	"strings"
	"testing"
)

// curveOf makes a curve whose extra cost at the points of tlbPages is given.
func curveOf(extra ...float64) (list []point) {
	for i, v := range extra {
		list = append(list, point{pages: tlbPages[i], dense: 2, small: 2 + v})
	}
	return list
}

func TestKnees(t *testing.T) {
	for name, c := range map[string]struct {
		curve []point
		want  []int
		names []string
	}{
		"nothing":       {nil, nil, nil},
		"one point":     {curveOf(3), nil, nil},
		"flat":          {curveOf(0, 0.1, 0, 0.2, 0.1, 0), nil, nil},
		"below zero":    {curveOf(-0.1, 0, -0.3, 0.1), nil, nil},
		"one step":      {curveOf(0, 0, 0, 0, 2, 2, 2), []int{64}, []string{"first-level"}},
		"two steps":     {curveOf(0, 0, 0, 0, 2, 2, 2, 2, 2, 12, 14, 14.1), []int{64, 1024}, []string{"first-level", "page tables are walked"}},
		"three steps":   {curveOf(0, 0, 2, 2, 2, 10, 10, 10, 40, 40), []int{32, 96, 512}, []string{"first-level", "walked", "caches"}},
		"one outlier":   {curveOf(0, 0, 9, 0, 0, 0), nil, nil},
		"at the end":    {curveOf(0, 0, 0, 30), []int{48}, []string{"walked"}},
		"a steady rise": {curveOf(0, 1, 4, 9, 20, 40), []int{16}, []string{"walked"}},
	} {
		got := knees(c.curve)
		var at []int
		for i, k := range got {
			at = append(at, k.pages)
			if i < len(c.names) && !strings.Contains(k.name, c.names[i]) {
				t.Errorf("%s: knee %d is called %q, want %q", name, i+1, k.name, c.names[i])
			}
			if !(k.before < k.next && k.next <= k.top) {
				t.Errorf("%s: %+v does not rise", name, k)
			}
		}
		if !slices.Equal(at, c.want) {
			t.Errorf("%s: knees at %v, want %v", name, at, c.want)
		}
	}
}
