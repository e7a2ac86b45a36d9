package report

import (
	"strings"
	"testing"
)

// Who is not in a table stands below it, in the order of the suite and once for each
// reason, and so do the cases that were not measured at all.
func TestWriteCases(t *testing.T) {
	absent := Absent{
		"b": {"x": "no compiler", "z": "no compiler", "y": "is this case's other half"},
		"c": {"x": "no compiler"},
	}
	var out strings.Builder
	style := Style{Value: func(m Measurement) string { return Number(m.Value) }, More: func(string) bool { return false }}
	cases := []Case{{Name: "b", What: "what", Work: "1ms", Rounds: 1, Figures: []Measurement{{System: "w", Metric: "m", Value: 1}}}}
	if err := WriteCases(&out, cases, style, absent, []string{"w", "z", "y", "x"}); err != nil {
		t.Fatal(err)
	}
	_, below, _ := strings.Cut(out.String(), "not here")
	want := ": y: is this case's other half\nnot here: z, x: no compiler\n\nc: left out\nnot here: x: no compiler\n\n"
	if below != want {
		t.Errorf("%q, want %q", below, want)
	}
}

func TestList(t *testing.T) {
	if got := List([]int{0, 1}) + "|" + List(nil); got != "0, 1|" {
		t.Error(got)
	}
}
