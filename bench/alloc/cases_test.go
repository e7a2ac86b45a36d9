package alloc

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/shmengine/shmengine/bench/report"
)

func TestContests(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contests {
		if seen[c.name] {
			t.Errorf("%s is there twice", c.name)
		}
		seen[c.name] = true
		if c.parties < 1 || c.parties > 2 || c.bytes < 16 || c.what == "" || c.baseline() == "" {
			t.Errorf("%+v", c)
		}
		for _, system := range systems {
			if !slices.Contains(c.systems, system) && c.unfit(system) == "" {
				t.Errorf("%s: %s is left out without a reason", c.name, system)
			}
		}
		for _, system := range c.systems {
			if !slices.Contains(systems, system) {
				t.Errorf("%s: no system %q", c.name, system)
			}
		}
	}
}

func TestChosen(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		only    []string
		want    int
	}{
		{"", nil, len(contests)}, {"*/*", nil, len(contests)}, {"pair", nil, 2}, {"pair/*", nil, 2}, {"pair*", nil, 4}, {"map/get", nil, 1}, {"none", nil, 0},
		{"", []string{SyncMap}, 4}, {"pair", []string{SyncMap}, 0}, {"", []string{PyShm, PyManager}, 9}, {"", []string{CCalloc}, 6},
	} {
		got := chosen(tc.pattern, tc.only)
		if len(got) != tc.want {
			t.Errorf("%q with %v chooses %d cases, want %d", tc.pattern, tc.only, len(got), tc.want)
		}
		for _, c := range got {
			for _, system := range c.systems {
				if tc.only != nil && !slices.Contains(tc.only, system) {
					t.Errorf("%v chooses %s", tc.only, system)
				}
			}
		}
	}
	if len(contests[0].systems) != 6 {
		t.Errorf("a choice has changed the list: %v", contests[0].systems)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Case: "none"}, {Case: "["}, {Reps: -1}, {Reps: 1e6}, {Seconds: -1}, {Seconds: 1e-9}, {Seconds: 1e9}, {Corrupt: "nobody"},
		{Systems: []string{"nobody"}}, {Case: "pair", Systems: []string{SyncMap}}} {
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
	if w := (Options{Seconds: report.DefaultSeconds}).Window(defaultWindow); w != defaultWindow {
		t.Errorf("a window of %v", w)
	}
}

// The keys of a party are its share, each once, and no other party's.
func TestKeys(t *testing.T) {
	seen := map[uint64]bool{}
	for party := range 2 {
		k := keysOf(party)
		for i := range k.share {
			seen[k.at(i)] = true
			if k.at(i) >= mapKeys || k.at(i) != k.at(i+k.share) || k.at(i)%2 != uint64(party) {
				t.Fatalf("key %d of party %d is %d", i, party, k.at(i))
			}
		}
	}
	if len(seen) != mapKeys {
		t.Errorf("%d keys, want %d", len(seen), mapKeys)
	}
}

// What must have been read is what a plain loop over the operations says.
func TestSums(t *testing.T) {
	for _, ops := range []uint64{1, 63, 64, mapKeys/2 - 1, mapKeys / 2, mapKeys/2 + 1, mapKeys, 2*mapKeys + 17} {
		c := contest{kind: kindSet, parties: 2}
		k, m := keysOf(1), map[uint64]uint64{}
		for i := range k.share {
			m[k.at(i)] = valueOf(k.at(i), 0)
		}
		var blocks, get, set uint64
		for i := range ops {
			blocks += number(1, i)
			get += valueOf(k.at(i), 0)
			m[k.at(i)] = valueOf(k.at(i), i/k.share+1)
		}
		for _, v := range m {
			set += v
		}
		for kind, want := range map[string]uint64{kindPair: blocks, kindGet: get, kindSet: set} {
			c.kind = kind
			if got := c.sum(1, ops); got != want {
				t.Errorf("%s: %d operations read %d, want %d", kind, ops, got, want)
			}
		}
	}
}

// A tally that is not right has no figure.
func TestCheck(t *testing.T) {
	pair, cross := contest{kind: kindPair, parties: 2}, contest{kind: kindCross, parties: 2}
	good := func(c contest) *sample {
		s := &sample{parties: []tally{{ops: 10, sum: c.sum(0, 10), begin: 1, end: 9}, {ops: 10, sum: c.sum(1, 10), begin: 2, end: 8}}}
		s.add()
		return s
	}
	for _, c := range []contest{pair, cross} {
		if err := good(c).check(c); err != nil {
			t.Error(err)
		}
		for i, spoil := range []func(*sample){
			func(s *sample) { s.parties[1].sum++ }, func(s *sample) { s.parties[1].ops-- }, func(s *sample) { s.parties[1] = tally{begin: 1, end: 2} },
			func(s *sample) { s.parties[1].end = 2 },
		} {
			s := good(c)
			spoil(s)
			if err := s.check(c); !errors.Is(err, report.ErrWrong) {
				t.Errorf("%s: %d: %v", c.kind, i, err)
			}
		}
	}
	lost := good(cross)
	lost.parties[1].ops, lost.parties[1].sum = 9, cross.sum(1, 9)
	if err := lost.check(cross); !errors.Is(err, report.ErrWrong) || !strings.Contains(err.Error(), "10 blocks were made and 9 freed") {
		t.Errorf("a block that was lost on its way: %v", err)
	}
	s := good(cross)
	if err := s.check(cross); err != nil || s.ops != 10 || good(pair).ops != 20 {
		t.Errorf("%d operations cross, %v", s.ops, err)
	}
}

// The text is the same each time, and says what two did beside one.
func TestText(t *testing.T) {
	figure := func(system string, v float64) report.Measurement {
		return report.Measurement{System: system, Metric: opsPerS, Value: v}
	}
	r := &Report{Cases: []report.Case{
		{Name: "map/set", Figures: []report.Measurement{figure(Shmarena, 10), figure(Go, 40), figure(SyncMap, 5)}},
		{Name: "map2/set", Figures: []report.Measurement{figure(Shmarena, 17), figure(Go, 20)}},
		{Name: "map2/get", Figures: []report.Measurement{figure(Shmarena, 17)}},
		{Name: "pair/64B", Figures: []report.Measurement{figure(Shmarena, 1)}},
	}}
	r.Meta.Settings.Twin, r.Meta.Settings.Python = "made by one", "made by another"
	first := ""
	for range 30 {
		var b strings.Builder
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = b.String()
		}
		if b.String() != first {
			t.Fatalf("another time it is\n%s\nnot\n%s", &b, first)
		}
	}
	for _, want := range []string{
		"\ntwo at once, times the work of one: map/set shmarena 1.70, map/set go 0.50\n",
		"\nC: made by one\nPython: made by another\n",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("no %q in\n%s", want, first)
		}
	}
	if r.Cases = r.Cases[1:]; r.secondCPU() != "" {
		t.Errorf("two without one: %q", r.secondCPU())
	}
}
