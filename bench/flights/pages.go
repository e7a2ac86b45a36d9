package flights

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// readColumns reads the three columns one after the other's start, each in a
// goroutine of its own.
func readColumns(f *parquet.File) (Columns, error) {
	var c Columns
	wanted := []struct {
		name string
		date bool
		to   *[]int64
	}{{"date", true, &c.Date}, {"delay", false, &c.Delay}, {"distance", false, &c.Distance}}
	done := make(chan error, len(wanted))
	for _, w := range wanted {
		go func() { done <- readNamed(w.to, f, w.name, w.date) }()
	}
	var errs error
	for range wanted {
		if err := <-done; err != nil && errs == nil {
			errs = err
		}
	}
	if errs != nil {
		return Columns{}, errs
	}
	if len(c.Date) != len(c.Delay) || len(c.Date) != len(c.Distance) {
		return Columns{}, fmt.Errorf("%w: columns of %d, %d and %d rows", ErrDamaged, len(c.Date), len(c.Delay), len(c.Distance))
	}
	if c.Len() == 0 {
		return Columns{}, fmt.Errorf("%w: no rows", ErrColumns)
	}
	return c, nil
}

func readNamed(to *[]int64, f *parquet.File, name string, date bool) (err error) {
	defer catch(&err)
	leaf, ok := f.Schema().Lookup(name)
	if !ok {
		return fmt.Errorf("%w: column %q is missing (want date, delay, distance)", ErrColumns, name)
	}
	if !typeFits(leaf.Node.Type(), date) || leaf.MaxRepetitionLevel > 0 {
		want := "int64"
		if date {
			want = "timestamp in microseconds"
		}
		return fmt.Errorf("%w: column %q is %v, want %s", ErrColumns, name, leaf.Node.Type(), want)
	}
	if err := codecFits(f, leaf.ColumnIndex); err != nil {
		return fmt.Errorf("column %q: %w", name, err)
	}
	for _, g := range f.RowGroups() {
		if *to, err = readChunk(*to, g.ColumnChunks()[leaf.ColumnIndex]); err != nil {
			return fmt.Errorf("column %q: %w", name, err)
		}
	}
	return nil
}

// typeFits tells whether a column is a plain signed int64 or, for the date, a
// timestamp in microseconds.
func typeFits(t parquet.Type, date bool) bool {
	if t.Kind() != parquet.Int64 {
		return false
	}
	logical := t.LogicalType()
	if logical == nil || logical.Value == nil {
		c := t.ConvertedType()
		return !date && c == nil || date && c != nil && *c == deprecated.TimestampMicros
	}
	switch v := logical.Value.(type) {
	case *format.TimestampType:
		_, micros := v.Unit.Value.(*format.MicroSeconds)
		return date && micros
	case *format.IntType:
		return !date && v.IsSigned
	}
	return false
}

// codecFits tells whether the compression is one that stops on damaged input:
// the library's LZ4 enlarges its buffer without end.
func codecFits(f *parquet.File, column int) error {
	for _, g := range f.Metadata().RowGroups {
		if column >= len(g.Columns) {
			return fmt.Errorf("%w: a row group of %d columns", ErrDamaged, len(g.Columns))
		}
		switch c := g.Columns[column].MetaData.Codec; c {
		case format.Uncompressed, format.Snappy, format.Gzip, format.Zstd:
		default:
			return fmt.Errorf("compression %v is not supported (want none, snappy, gzip or zstd)", c)
		}
	}
	return nil
}

// readChunk appends the values of one column chunk.
func readChunk(to []int64, chunk parquet.ColumnChunk) ([]int64, error) {
	pages := chunk.Pages()
	defer pages.Close()
	for {
		p, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return to, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		to, err = readPage(to, p)
		parquet.Release(p)
		if err != nil {
			return nil, err
		}
	}
}

// readPage appends the values of one page: copied whole, or looked up in the
// column's dictionary.
func readPage(to []int64, p parquet.Page) ([]int64, error) {
	if n := p.NumNulls(); n > 0 {
		return nil, fmt.Errorf("%w: %d nulls in one page, want none", ErrColumns, n)
	}
	data := p.Data()
	dict := p.Dictionary()
	if dict == nil {
		return append(to, data.Int64()...), nil
	}
	values := dict.Page().Data()
	table := values.Int64()
	for _, i := range data.Int32() {
		if uint(i) >= uint(len(table)) {
			return nil, fmt.Errorf("%w: entry %d of a dictionary of %d", ErrDamaged, i, len(table))
		}
		to = append(to, table[i])
	}
	return to, nil
}
