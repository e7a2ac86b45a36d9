package bench

import (
	"fmt"
	"strconv"

	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/report"
)

// SchemaVersion is the version of Meta and Measurement as JSON.
const SchemaVersion = report.SchemaVersion

// Names of this job in reports.
const (
	Suite = "main"
	Case  = "flights/byhour"
)

// Meta is what figures have to be read with.
type Meta = report.Meta[Settings]

// A Measurement is one figure.
type Measurement = report.Measurement

// Settings are the options with their defaults filled in, and what follows
// from them.
type Settings struct {
	Workers    int    `json:"workers"`
	Size       int64  `json:"size_bytes"`
	Rows       int    `json:"rows"`        // that are timed
	SourceRows int    `json:"source_rows"` // of the file or the sample
	Data       string `json:"data"`
	Reps       int    `json:"reps"`
	LeafRows   int    `json:"leaf_rows"`
	Pipe       int    `json:"pipe_bytes,omitempty"`
	Arena      string `json:"arena,omitempty"` // what the arena is made of
	Baseline   string `json:"baseline"`
}

// Tiled says how often the source's rows are repeated.
func (s Settings) Tiled() string {
	if s.Rows <= s.SourceRows {
		return fmt.Sprintf("first %d of %d rows", s.Rows, s.SourceRows)
	}
	return s.Source() + " tiled x" + strconv.FormatFloat(float64(s.Rows)/float64(s.SourceRows), 'g', 4, 64)
}

// Source names the rows: the sample, or the file.
func (s Settings) Source() string {
	if s.Data == "" {
		return "sample"
	}
	return s.Data
}

func newMeta(o Options, once flights.Columns) Meta {
	return report.NewMeta(Suite, Settings{
		Workers: o.Workers, Size: o.Size, Rows: o.rows(), SourceRows: once.Len(), Data: o.Data, Reps: o.Reps,
		LeafRows: leafRows, Baseline: baseline,
	})
}

// rows returns how many rows the size has room for.
func (o Options) rows() int { return int(o.Size / flights.RowBytes) }
