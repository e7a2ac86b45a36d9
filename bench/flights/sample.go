package flights

import (
	"bytes"
	_ "embed"
	"fmt"
)

// sampleFile is every 15th row of the whole table, in its order. See
// PROVENANCE.md.
//
//go:generate go run ./cut -in flights-3m.parquet -out sample.parquet -every 15
//go:embed sample.parquet
var sampleFile []byte

// Provenance says in one line what the sample is.
const Provenance = "US domestic flights, January to June 2001 (BTS on-time data, by way of vega-datasets 3.2.1)"

// Sample decodes the embedded sample: 200,000 flights.
func Sample() (Columns, error) {
	c, err := decode(bytes.NewReader(sampleFile), int64(len(sampleFile)))
	if err != nil {
		return Columns{}, fmt.Errorf("decode embedded sample: %w", err)
	}
	return c, nil
}
