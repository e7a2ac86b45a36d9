package mem

import (
	"math"
	"strings"
	"testing"
	"time"
)

const sample = `55e217077000-55e21707a000 r--p 00001000 fe:00 247741                     /usr/bin/with space: and colon
Size:                 12 kB
Rss:                  12 kB
Pss:                   6 kB
Shared_Clean:          1 kB
Shared_Dirty:          2 kB
Private_Clean:         4 kB
Private_Dirty:         5 kB
Anonymous:             8 kB
AnonHugePages:         2 kB
ShmemPmdMapped:        3 kB
Swap:                  7 kB
Locked:                9 kB
THPeligible:           0
Unknown_Key:          12 kB
VmFlags: rd mr mw me
7f0000000000-7f0000002000 rw-p 00000000 00:00 0
Rss:                   8 kB
7f0000002000-7f0000004000 rw-p 00000000 00:00 0                          [anon: Go: heap]
Rss:                   4 kB
7f0000004000-7f0000006000 rw-s 00000000 00:05 77                         /memfd:x (deleted)
Rss:                   8 kB
Anonymous:             4 kB
7ffe00000000-7ffe00002000 rw-p 00000000 00:00 0                          [stack]
Rss:                   8 kB
`

func TestReadMaps(t *testing.T) {
	maps, err := ReadMaps(strings.NewReader(sample))
	if err != nil || len(maps) != 5 {
		t.Fatalf("%d mappings, %v", len(maps), err)
	}
	want := Mapping{
		From: 0x55e217077000, To: 0x55e21707a000, Perms: "r--p", Offset: 0x1000, Inode: 247741, Name: "/usr/bin/with space: and colon",
		RSS: 12 << 10, PSS: 6 << 10, Clean: 4 << 10, Dirty: 5 << 10, Shared: 3 << 10, Written: 7 << 10,
		Anonymous: 8 << 10, Swap: 7 << 10, Huge: 5 << 10, Locked: 9 << 10,
	}
	if maps[0] != want {
		t.Errorf("%+v\nwant %+v", maps[0], want)
	}
	var u Usage
	u.addMaps(maps)
	if u.Heap != 12<<10 || u.HeapSize != 16<<10 || u.Stack != 8<<10 || u.StackSize != 8<<10 || u.Copied != 8<<10 {
		t.Errorf("%+v", u)
	}
}

func TestReadMapsRefuses(t *testing.T) {
	for _, text := range []string{
		"Rss: 4 kB\n", "nonsense\n", "1-2\n", "z-2 r--p 0 0:0 0\n", "5-2 r--p 0 0:0 0\n", "1-2 r- 0 0:0 0\n",
		"1-2 r--p 0 0:0 x\n", "11111111111111111-2 r--p 0 0:0 0\n", strings.Repeat("x", 2<<20),
	} {
		if maps, err := ReadMaps(strings.NewReader(text)); err == nil {
			t.Errorf("%.30q: %+v", text, maps)
		}
	}
}

func FuzzReadMaps(f *testing.F) {
	f.Add(sample)
	f.Add("0-1 ---p 0 0:0 0\nRss: 99999999999999999999 kB\n")
	f.Fuzz(func(t *testing.T, text string) {
		maps, err := ReadMaps(strings.NewReader(text))
		for i := range maps {
			if err == nil && maps[i].From > maps[i].To {
				t.Errorf("%+v", maps[i])
			}
		}
	})
}

func TestVMStat(t *testing.T) {
	says := map[string]float64{}
	err := readVMStat(strings.NewReader("pgfault 12\npgpgin 3\nother 4\npgmajfault -1\npswpin x\nnothing\n"), says)
	if err != nil || len(says) != 2 || says["faults_per_s"] != 12 || says["in_bytes_per_s"] != 3072 {
		t.Errorf("%v, %v", says, err)
	}
}

func TestBetween(t *testing.T) {
	now := time.Now()
	a := &moment{now, map[string]float64{"faults_per_s": 100, "user_share": 10, "idle_share": 5, "forks_per_s": 9, "free_bytes": 1}}
	b := &moment{now.Add(2 * time.Second), map[string]float64{"faults_per_s": 400, "user_share": 13, "idle_share": 6, "forks_per_s": 3, "free_bytes": 7}}
	s := between(a, b)
	for metric, want := range map[string]float64{"faults_per_s": 150, "user_share": 0.75, "idle_share": 0.25, "forks_per_s": 0, "free_bytes": 7} {
		if got := s.Value[metric]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", metric, got, want)
		}
	}
	if len(s.Value) != 5 {
		t.Errorf("%v", s.Value)
	}
}

func TestSafe(t *testing.T) {
	for name, want := range map[string]string{"bash": "bash", "a\x1b[31m\n": `a\x1b[31m\n`, `say "x"`: `say "x"`, "ü": "ü", "\xff": `\xff`} {
		if got := safe(name); got != want {
			t.Errorf("%q is written %q, want %q", name, got, want)
		}
	}
}

func TestLegend(t *testing.T) {
	for _, f := range figures {
		if f.what == "" || !strings.Contains(Legend(), f.what) {
			t.Errorf("%s is not explained", f.metric)
		}
	}
	for _, f := range systemFigures {
		if f.what == "" {
			t.Errorf("%s is not explained", f.metric)
		}
	}
}
