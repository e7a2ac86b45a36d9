package flights

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// table writes rows as a small Parquet file.
func table[T any](tb testing.TB, rows []T) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

type goodRow struct {
	Date     int64 `parquet:"date,timestamp(microsecond)"`
	Delay    int64 `parquet:"delay,dict"`
	Distance int64 `parquet:"distance"`
}

type noDelay struct {
	Date     int64 `parquet:"date,timestamp(microsecond)"`
	Distance int64 `parquet:"distance"`
}

type milliDate struct {
	Date     int64 `parquet:"date,timestamp(millisecond)"`
	Delay    int64 `parquet:"delay"`
	Distance int64 `parquet:"distance"`
}

type floatDelay struct {
	Date     int64   `parquet:"date,timestamp(microsecond)"`
	Delay    float64 `parquet:"delay"`
	Distance int64   `parquet:"distance"`
}

type nullDelay struct {
	Date     int64  `parquet:"date,timestamp(microsecond)"`
	Delay    *int64 `parquet:"delay,optional"`
	Distance int64  `parquet:"distance"`
}

type listDelay struct {
	Date     int64   `parquet:"date,timestamp(microsecond)"`
	Delay    []int64 `parquet:"delay"`
	Distance int64   `parquet:"distance"`
}

func TestLoadErrors(t *testing.T) {
	good := table(t, []goodRow{{1, 2, 3}, {4, 5, 6}})
	one := int64(1)
	for _, tc := range []struct {
		name string
		data []byte
		want error
		text string
	}{
		{"empty", nil, ErrNotParquet, "0 bytes"},
		{"text", []byte("date,delay,distance\n1,2,3\n"), ErrNotParquet, `"date"`},
		{"magic-only", []byte("PAR1PAR1"), ErrDamaged, "cut short"},
		{"cut", good[:len(good)/2], ErrDamaged, "cut short"},
		{"cut-footer", append(bytes.Clone(good[:len(good)-60]), good[len(good)-8:]...), ErrDamaged, ""},
		{"no-rows", table(t, []goodRow{}), ErrColumns, "no rows"},
		{"no-delay", table(t, []noDelay{{1, 2}}), ErrColumns, `"delay" is missing`},
		{"milli-date", table(t, []milliDate{{1, 2, 3}}), ErrColumns, `"date"`},
		{"float-delay", table(t, []floatDelay{{1, 2, 3}}), ErrColumns, `"delay" is DOUBLE`},
		{"null-delay", table(t, []nullDelay{{1, &one, 3}, {1, nil, 3}}), ErrColumns, "1 nulls"},
		{"list-delay", table(t, []listDelay{{1, []int64{1, 2}, 3}}), ErrColumns, `"delay"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tc.name+".parquet")
			if err := os.WriteFile(path, tc.data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(path)
			if !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.text) || !strings.Contains(err.Error(), path) {
				t.Errorf("Load: %v, want %v with %q and the path", err, tc.want, tc.text)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

func TestLoadMissingAndDirectory(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.parquet")); err == nil || !strings.HasSuffix(err.Error(), "none.parquet: no such file or directory") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := Load(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
	if _, err := Load(os.DevNull); err == nil || !strings.Contains(err.Error(), "regular") {
		t.Errorf("device: %v", err)
	}
}

func TestLoadGood(t *testing.T) {
	one := int64(2)
	for _, data := range [][]byte{
		table(t, []goodRow{{1, 2, 3}, {1, 2, 3}}),
		table(t, []nullDelay{{1, &one, 3}, {1, &one, 3}}),
	} {
		c, err := decode(bytes.NewReader(data), int64(len(data)))
		if err != nil || c.Len() != 2 || c.Date[1] != 1 || c.Delay[1] != 2 || c.Distance[1] != 3 {
			t.Errorf("decode: %v, %v", c, err)
		}
	}
}

// TestDamagedNeverPanics cuts and flips real files; whatever comes back, it
// is columns of equal length or one line of error.
func TestDamagedNeverPanics(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	rows := make([]goodRow, 3000)
	for i := range rows {
		rows[i] = goodRow{int64(i), int64(i % 37), int64(rng.IntN(5000))}
	}
	small := table(t, rows)
	for n := range 2000 {
		data := bytes.Clone(small)
		for range 1 + n%4 {
			at := rng.IntN(len(data))
			if n%2 == 0 { // the footer is where the structure is
				at = len(data) - 1 - rng.IntN(600)
			}
			data[at] ^= 1 << rng.IntN(8)
		}
		tryDamaged(t, data)
	}
	for n := 0; n < len(small); n += 1 + len(small)/500 {
		tryDamaged(t, small[:n])
		tryDamaged(t, append(bytes.Clone(small[:n]), small[len(small)-700:]...))
	}
}

func tryDamaged(tb testing.TB, data []byte) {
	tb.Helper()
	c, err := decode(bytes.NewReader(data), int64(len(data)))
	if err == nil && (len(c.Date) != len(c.Delay) || len(c.Date) != len(c.Distance)) {
		tb.Fatalf("columns of unequal length: %d, %d, %d", len(c.Date), len(c.Delay), len(c.Distance))
	}
	if err != nil && c.Date != nil {
		tb.Fatal("columns beside an error")
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(table(f, []goodRow{{1, 2, 3}, {4, 5, 6}}))
	f.Add(table(f, []noDelay{{1, 2}}))
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) { tryDamaged(t, data) })
}
