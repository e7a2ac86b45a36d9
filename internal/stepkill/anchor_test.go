package stepkill

import (
	"slices"
	"testing"
)

func trace(pcs ...uintptr) []step {
	var all []step
	for _, pc := range pcs {
		all = append(all, step{pc: pc})
	}
	return all
}

func TestAnchors(t *testing.T) {
	tests := map[string]struct {
		trace []step
		want  []anchor
	}{
		"nothing":  {nil, []anchor{}},
		"straight": {trace(10, 11, 12, 13), []anchor{{}, {}, {2, 1}, {3, 1}}},
		"one loop of three, four times": {
			trace(9, 10, 11, 12, 10, 11, 12, 10, 11, 12, 10, 11, 12),
			[]anchor{{}, {}, {2, 1}, {3, 1}, {3, 1}, {5, 2}, {6, 2}, {6, 2}, {8, 3}, {9, 3}, {9, 3}, {11, 4}, {12, 4}},
		},
		"a repeated instruction": {trace(9, 10, 10, 10, 11), []anchor{{}, {}, {}, {}, {4, 1}}},
		"the beginning again":    {trace(10, 11, 12, 10), []anchor{{}, {}, {2, 1}, {2, 1}}},
	}
	for name, tt := range tests {
		if got := anchors(tt.trace); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestChoose(t *testing.T) {
	steps := trace(1, 2, 3, 4, 5, 6)
	steps[1].changed, steps[3].system = true, true
	tests := map[string]struct {
		cfg  Config
		want []int
	}{
		"all":             {Config{}, []int{0, 1, 2, 3, 4, 5}},
		"every third":     {Config{Stride: 3}, []int{0, 3}},
		"what can differ": {Config{Watch: []byte{}}, []int{0, 2, 4}},
		"both":            {Config{Watch: []byte{}, Stride: 2}, []int{0, 4}},
		"only elsewhere":  {Config{Only: []string{"no such function"}}, nil},
	}
	for name, tt := range tests {
		if got := tt.cfg.choose(steps); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
