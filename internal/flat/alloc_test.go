package flat_test

import (
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/race"
)

func TestAllocations(t *testing.T) {
	v, c := someOrder(), company{Founded: time.Unix(1, 0).UTC(), Visits: make([]time.Time, 3)}
	p, q, plainPlan := plan[order](t), plan[company](t), plan[padded](t)
	buf := make([]byte, 4096)
	plain, back := padded{1, 2, true}, padded{}
	for name, f := range map[string]func(){
		"Encode":            func() { p.Encode(buf, &v) },
		"Size":              func() { p.Size(&v) },
		"Encode of methods": func() { q.Encode(buf, &c) },
		"Size of methods":   func() { q.Size(&c) },
		"Encode of numbers": func() { plainPlan.Encode(buf, &plain) },
		"Decode of numbers": func() { _ = plainPlan.Decode(buf[:24], &back) },
	} {
		if race.Enabled && name == "Size of methods" {
			continue // a sync.Pool forgets on purpose then
		}
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

// TestDecodeAllocatesEachPartOnce: nothing is made beside what the value holds.
func TestDecodeAllocatesEachPartOnce(t *testing.T) {
	type parts struct {
		A, B string
		F    []float64
		S    []string
	}
	p := plan[parts](t)
	src := encoded(t, parts{"one", "two", make([]float64, 100), []string{"three", ""}})
	back := new(parts)
	// A, B, F, S and its one string that is not empty
	if n := testing.AllocsPerRun(100, func() { _ = p.Decode(src, back) }); n > 5 {
		t.Errorf("Decode allocates %v times", n)
	}
}
