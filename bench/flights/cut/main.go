package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"github.com/parquet-go/parquet-go"

	"github.com/shmengine/shmengine/bench/flights"
)

// row gives the sample the names and types of the whole table.
type row struct {
	Date     int64 `parquet:"date,delta,zstd,timestamp(microsecond:local)"`
	Delay    int64 `parquet:"delay,dict,zstd"`
	Distance int64 `parquet:"distance,dict,zstd"`
}

func main() {
	in := flag.String("in", "", "the whole table")
	out := flag.String("out", "", "where the sample goes")
	every := flag.Int("every", 15, "keep one row in this many")
	flag.Parse()
	if err := cut(*in, *out, *every); err != nil {
		fmt.Fprintln(os.Stderr, "cut:", err)
		os.Exit(1)
	}
}

func cut(in, out string, every int) error {
	c, err := flights.Load(in)
	if err != nil {
		return err
	}
	var rows []row
	for i := 0; i < c.Len(); i += every {
		rows = append(rows, row{c.Date[i], c.Delay[i], c.Distance[i]})
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows, parquet.MaxRowsPerRowGroup(int64(len(rows)))); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}
