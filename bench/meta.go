package bench

import (
	"fmt"
	"strconv"
	"time"

	"github.com/shmengine/shmengine/bench/flights"
	"github.com/shmengine/shmengine/bench/machine"
)

// SchemaVersion is the version of Meta and Measurement as JSON.
const SchemaVersion = 1

// Names of this job in reports.
const (
	Suite = "main"
	Case  = "flights/byhour"
)

// Meta is what figures have to be read with.
type Meta struct {
	Schema   int           `json:"schema"`
	Suite    string        `json:"suite"`
	Time     time.Time     `json:"time"`
	Commit   string        `json:"commit"`
	Machine  machine.Facts `json:"machine"`
	Settings Settings      `json:"settings"`
}

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
	facts := machine.Describe()
	return Meta{
		Schema: SchemaVersion, Suite: Suite, Time: time.Now().UTC().Truncate(time.Second),
		Commit: facts.Commit, Machine: facts,
		Settings: Settings{
			Workers: o.Workers, Size: o.Size, Rows: o.rows(), SourceRows: once.Len(), Data: o.Data, Reps: o.Reps,
			LeafRows: leafRows, Baseline: baseline,
		},
	}
}

// rows returns how many rows the size has room for.
func (o Options) rows() int { return int(o.Size / flights.RowBytes) }

// A Measurement is one figure.
type Measurement struct {
	Suite    string   `json:"suite"`
	Case     string   `json:"case"`
	System   string   `json:"system"`
	Metric   string   `json:"metric"`
	Value    float64  `json:"value"`
	Unit     string   `json:"unit"`
	N        int      `json:"n"`
	Ratio    *float64 `json:"ratio"` // to the baseline; null where there is none
	Baseline string   `json:"baseline"`
	Lo       *float64 `json:"lo,omitempty"` // 95 % interval of the value
	Hi       *float64 `json:"hi,omitempty"`
	RatioLo  *float64 `json:"ratio_lo,omitempty"` // and of the ratio
	RatioHi  *float64 `json:"ratio_hi,omitempty"`
}
