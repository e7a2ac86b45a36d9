package ring

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/shmengine/shmengine/bench/report"
)

func TestContests(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range contests {
		if seen[c.name] {
			t.Errorf("%s is there twice", c.name)
		}
		seen[c.name] = true
		j := job{bytes: c.bytes, senders: c.senders, receivers: c.receivers}
		if c.what == "" || c.baseline() == "" || chunkOf(j.bytes)%c.batch != 0 || j.receivers > maxReceivers || c.bytes > streamRing/4 {
			t.Errorf("%+v", c)
		}
		for i := range c.parties() {
			if j.index = i; j.isSender() != c.sends(i) {
				t.Errorf("%s: party %d sends: %v there, %v here", c.name, i, j.isSender(), c.sends(i))
			}
		}
		if (c.kind == kindOpen) != (c.rate() > 0) {
			t.Errorf("%s: %d messages a second", c.name, c.rate())
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
		{"", nil, len(contests)}, {"roundtrip", nil, 1}, {"roundtrip/64B", nil, 1}, {"mpmc", nil, 2}, {"mpmc/1x1", nil, 1}, {"mpmc/*/64B", nil, 2},
		{"stream", nil, 2}, {"openloop", nil, 2}, {"openloop/64B", []string{Unix}, 2}, {"conn", nil, 2}, {"conn/stream", nil, 1}, {"none", nil, 0}, {"", []string{CVyukov}, 2}, {"stream", []string{CVyukov}, 0},
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
	if len(contests[0].systems) != 12 {
		t.Errorf("a choice has changed the list: %v", contests[0].systems)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{
		{Case: "none"}, {Case: "["}, {Reps: -1}, {Reps: 1e6}, {Seconds: -1}, {Seconds: 1e-9}, {Seconds: 1e9}, {Corrupt: "nobody"},
		{Systems: []string{"nobody"}}, {Case: "stream", Systems: []string{SPSC}},
	} {
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

// fillHead writes the message with this head.
func fillHead(b []byte, head uint64) {
	var m message
	m.fill(head)
	fillBytes(b, &m)
}

// Any word of a message that is not what it was is noticed, in every line that is checked.
func TestMessages(t *testing.T) {
	const head = 77 | 1<<partyBit | lastMark
	for _, n := range []int{recordBytes(64), 64, 4096} {
		b := make([]byte, n)
		fillHead(b, head)
		var m message
		if !readBytes(b, &m) || !m.whole() || m[0] != head {
			t.Fatalf("%d bytes: %x", n, m)
		}
		for i := range b {
			if i >= 56 && i%line >= 8 {
				continue // of later lines only the first word is ours
			}
			b[i] ^= 0x40
			if readBytes(b, &m) && m.whole() {
				t.Errorf("%d bytes: byte %d may be anything", n, i)
			}
			b[i] ^= 0x40
		}
	}
}

// What is lost, repeated or of somebody else is an error; what others receive may be missing.
func TestLedger(t *testing.T) {
	for _, tc := range []struct {
		name  string
		heads []uint64
		some  bool
		good  bool
	}{
		{"in order", []uint64{0, 1, 2}, false, true}, {"lost", []uint64{0, 2}, false, false}, {"repeated", []uint64{0, 0}, false, false},
		{"two senders", []uint64{0, 1 << partyBit, 1}, false, true}, {"shared", []uint64{0, 2, 7, 1<<partyBit | 4}, true, true},
		{"shared and repeated", []uint64{0, 2, 2}, true, false}, {"shared and out of order", []uint64{3, 2}, true, false},
	} {
		var out, in ledger
		in.some = tc.some
		var err error
		for _, head := range tc.heads {
			var m message
			out.send(head, &m)
			if _, err = in.receive(&m); err != nil {
				break
			}
		}
		if (err == nil) != tc.good || err != nil && !errors.Is(err, errMessage) {
			t.Errorf("%s: %v", tc.name, err)
		}
		if tc.good && (in.sum != out.sum || in.count != out.count || in.sum == 0) {
			t.Errorf("%s: %+v sent, %+v received", tc.name, out, in)
		}
	}
	var m message
	m.fill(headOf(5, 1, 2, true))
	if last, err := (&ledger{next: [2]uint64{6}}).receive(&m); !last || err != nil {
		t.Errorf("the last message: %v, %v", last, err)
	}
}

// sampleOf is what a case of four messages a party leaves behind.
func sampleOf(c contest) *sample {
	s := &sample{trips: hdrhistogram.New(1, longest, 3)}
	for i := range c.parties() {
		p := tally{count: 4, sum: 40, begin: uint64(i + 1), end: uint64(i + 9), spent: 3, forced: 1}
		s.parties = append(s.parties, p)
	}
	switch c.kind {
	case kindTrip:
		_ = s.trips.RecordValues(100, 2)
	case kindOpen: // one of five was not sent any more
		s.planned = 5
		_ = s.trips.RecordValues(100, 5)
	}
	s.add(c)
	return s
}

// A tally that is not right has no figure.
func TestCheck(t *testing.T) {
	for _, c := range contests {
		good := sampleOf(c)
		want := uint64(4 * c.senders)
		if err := good.check(c); err != nil || good.msgs != want || !(good.took > 0) || good.forced != int64(c.parties()) {
			t.Errorf("%s: %v, %+v", c.name, err, good)
		}
		spoils := []func(*sample){
			func(s *sample) { s.parties[0].sum++ }, func(s *sample) { s.parties[0].count-- }, func(s *sample) { s.took = 0 },
			func(s *sample) { s.parties[len(s.parties)-1].sum-- }, func(s *sample) { s.parties[len(s.parties)-1].count++ },
			func(s *sample) {
				for i := range s.parties {
					s.parties[i] = tally{}
				}
			},
		}
		if c.kind == kindTrip || c.kind == kindOpen {
			spoils = append(spoils, func(s *sample) { _ = s.trips.RecordValue(5) })
		}
		for i, spoil := range spoils {
			s := sampleOf(c)
			spoil(s)
			if err := s.check(c); !errors.Is(err, report.ErrWrong) {
				t.Errorf("%s: %d: %v", c.name, i, err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	s := &sample{trips: hdrhistogram.New(1, longest, 3)}
	p, err := s.parse("6 7 8 9 10 11 100:3 200:1")
	if want := (tally{6, 7, 8, 9, 10, 11}); err != nil || p != want || s.trips.TotalCount() != 4 || s.value(contest{}, p50) != 100 || s.value(contest{}, p99) != 200 {
		t.Errorf("%+v, %v: %d trips", p, err, s.trips.TotalCount())
	}
	for _, bad := range []string{"", "1 2 3 4 5", "1 2 3 4 5 x", "1 2 3 4 5 6 7", "1 2 3 4 5 6 7:x", "-1 2 3 4 5 6"} {
		if _, err := s.parse(bad); err == nil || !strings.Contains(err.Error(), `"`) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Parties of two alternate between the CPUs; of four there is a sender and a receiver on each.
func TestPlaces(t *testing.T) {
	for _, tc := range []struct {
		name, system string
		want         []string
	}{
		{"roundtrip/64B", SPSC, []string{"3", "5"}}, {"roundtrip/64B", PipeWarm, []string{"3", "3"}}, {"mpmc/2x2/64B", MPMC, []string{"3", "5", "5", "3"}},
		{"broadcast/1x2/64B", Broadcast, []string{"3", "5", "3"}},
	} {
		k := task{contest: chosen(tc.name, nil)[0], system: tc.system, cpus: []int{3, 5}}
		var got []string
		for i := range k.parties() {
			got = append(got, k.on(i, false))
		}
		if !slices.Equal(got, tc.want) || k.on(0, true) != "3,5" {
			t.Errorf("%s: %s: %v, want %v", tc.name, tc.system, got, tc.want)
		}
	}
}

func TestPerMessage(t *testing.T) {
	for _, tc := range []struct{ calls, msgs [countedWindows]float64 }{
		{[2]float64{20, 220}, [2]float64{10, 110}}, {[2]float64{20, 220}, [2]float64{110, 110}},
	} {
		if got := perMessageOf(tc.calls, tc.msgs); got != 2 {
			t.Errorf("%v: %v", tc, got)
		}
	}
}

// A link whose type has a buffer of its own would never look at the one of its batches, and hand
// over one message at a time.
func TestBatchesAreNotHidden(t *testing.T) {
	for _, k := range []any{spscLink{}, mpmcLink{}, broadcastLink{}} {
		typ := reflect.TypeOf(k)
		f, _ := typ.FieldByName("buf")
		if want, _ := reflect.TypeFor[batches]().FieldByName("buf"); f.Type != want.Type || len(f.Index) < 3 {
			t.Errorf("%v: buf is field %v", typ, f.Index)
		}
	}
}
