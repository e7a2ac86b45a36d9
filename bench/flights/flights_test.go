package flights

import (
	"os"
	"slices"
	"testing"
)

// whole returns the path of the whole table, or skips with the reason.
func whole(tb testing.TB) string {
	tb.Helper()
	path := os.Getenv("SHMENGINE_FLIGHTS")
	if path == "" {
		path = "../../../shared/data/flights-3m.parquet"
	}
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("the whole table is not at hand (SHMENGINE_FLIGHTS names it): %v", err)
	}
	return path
}

// sample returns the embedded sample.
func sample(tb testing.TB) Columns {
	tb.Helper()
	c, err := Sample()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func sum(x []int64) (s int64) {
	for _, v := range x {
		s += v
	}
	return s
}

func TestSample(t *testing.T) {
	c := sample(t)
	if c.Len() != 200_000 || len(c.Delay) != c.Len() || len(c.Distance) != c.Len() {
		t.Fatalf("columns of %d, %d and %d rows", len(c.Date), len(c.Delay), len(c.Distance))
	}
	got := [...]int64{sum(c.Date) - 200_000*c.Date[0], sum(c.Delay), sum(c.Distance), slices.Min(c.Delay), slices.Max(c.Delay)}
	want := [...]int64{1573386181140000000, 1322243, 146478103, -80, 1575}
	if got != want {
		t.Errorf("sums and extremes %v, want %v", got, want)
	}
}

func TestWholeTable(t *testing.T) {
	c, err := Load(whole(t))
	if err != nil {
		t.Fatal(err)
	}
	got := [...]int64{int64(c.Len()), sum(c.Delay), sum(c.Distance), slices.Min(c.Delay), slices.Max(c.Delay)}
	want := [...]int64{3_000_000, 20_003_603, 2_194_861_208, -1116, 1688}
	if got != want {
		t.Errorf("rows, sums and extremes %v, want %v", got, want)
	}
	s := sample(t)
	for i := range s.Len() {
		if j := 15 * i; s.Date[i] != c.Date[j] || s.Delay[i] != c.Delay[j] || s.Distance[i] != c.Distance[j] {
			t.Fatalf("row %d of the sample is not row %d of the whole table", i, j)
		}
	}
}

func TestTile(t *testing.T) {
	c := Columns{[]int64{1, 2, 3}, []int64{4, 5, 6}, []int64{7, 8, 9}}
	for rows := range 11 {
		got := c.Tile(rows)
		if got.Len() != rows || got.Bytes() != int64(rows)*RowBytes {
			t.Fatalf("Tile(%d) has %d rows", rows, got.Len())
		}
		for i := range rows {
			j := i % c.Len()
			if got.Date[i] != c.Date[j] || got.Delay[i] != c.Delay[j] || got.Distance[i] != c.Distance[j] {
				t.Fatalf("Tile(%d): row %d is not row %d of the source", rows, i, j)
			}
		}
	}
}

func TestPrefixSharesMemory(t *testing.T) {
	c := Columns{[]int64{1, 2, 3}, []int64{4, 5, 6}, []int64{7, 8, 9}}
	if p := c.Prefix(2); p.Len() != 2 || &p.Delay[0] != &c.Delay[0] || cap(p.Delay) != 2 {
		t.Errorf("Prefix(2) = %v", p)
	}
	if p := c.Prefix(7); p.Len() != 3 {
		t.Errorf("Prefix(7) of 3 rows has %d", p.Len())
	}
}

func BenchmarkLoadWhole(b *testing.B) {
	path := whole(b)
	for b.Loop() {
		if _, err := Load(path); err != nil {
			b.Fatal(err)
		}
	}
}
