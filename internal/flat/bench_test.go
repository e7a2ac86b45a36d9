package flat_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/shmengine/shmengine/internal/flat"
)

type trade struct {
	Symbol string
	ID     uint64
	Price  float64
	Tags   []string
	Sizes  []int64
}

func someTrade() trade {
	return trade{"BRK.B", 123456789, 412.25, []string{"auction", "late"}, []int64{100, 200, 300, 400}}
}

type series struct {
	Name   string
	Values []float64
}

// BenchmarkBeside encodes and decodes each value, in turn by this package, by gob, whose encoder and decoder
// are kept so that it sends the type once only, and by json.
func BenchmarkBeside(b *testing.B) {
	values := make([]float64, 4096)
	for i := range values {
		values[i] = float64(i) * 1.1
	}
	b.Run("trade", func(b *testing.B) { beside(b, someTrade()) })
	b.Run("order", func(b *testing.B) { beside(b, someOrderForJSON()) })
	b.Run("32KiB", func(b *testing.B) { beside(b, series{"a", values}) })
	b.Run("trades", func(b *testing.B) { beside(b, []trade{someTrade(), someTrade(), someTrade(), someTrade()}) })
}

// someOrderForJSON has no infinity, which json does not have either.
func someOrderForJSON() order {
	o := someOrder()
	o.Path[1].Y = 4
	return o
}

// rival is one way, and the time that it took.
type rival struct {
	name string
	f    func() error
	ns   time.Duration
}

func rivals[T any](p *flat.Plan[T], v *T) []rival {
	var pipe bytes.Buffer
	enc, dec := gob.NewEncoder(&pipe), gob.NewDecoder(&pipe)
	throughGob := func() error {
		if err := enc.Encode(v); err != nil {
			return err
		}
		return dec.Decode(new(T))
	}
	throughJSON := func() error {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		return json.Unmarshal(text, new(T))
	}
	return []rival{{"flat", func() error { return throughFlat(p, v) }, 0}, {"gob", throughGob, 0}, {"json", throughJSON, 0}}
}

func beside[T any](b *testing.B, v T) {
	const round = 100
	p := plan[T](b)
	all, rounds := rivals(p, &v), 0
	for ; rounds < b.N; rounds += round {
		for i := range all {
			begin := time.Now()
			for range round {
				if err := all[i].f(); err != nil {
					b.Fatal(all[i].name, err)
				}
			}
			all[i].ns += time.Since(begin)
		}
	}
	for _, r := range all {
		b.ReportMetric(float64(r.ns.Nanoseconds())/float64(rounds), r.name+"-ns")
		if r.name != "flat" {
			b.ReportMetric(float64(r.ns)/float64(all[0].ns), r.name+"/flat")
		}
	}
	b.ReportMetric(float64(p.Size(&v)), "bytes")
	b.ReportMetric(0, "ns/op")
}

var buffer = make([]byte, 1<<20)

func throughFlat[T any](p *flat.Plan[T], v *T) error {
	n := p.Size(v)
	return p.Decode(buffer[:p.Encode(buffer[:n], v)], new(T))
}

func BenchmarkEncode(b *testing.B) { benchEncode(b, someTrade()) }

func BenchmarkEncodePlain(b *testing.B) { benchEncode(b, padded{1, 2, true}) }

func benchEncode[T any](b *testing.B, v T) {
	p := plan[T](b)
	b.ReportAllocs()
	for b.Loop() {
		p.Encode(buffer[:p.Size(&v)], &v)
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 1 << 10, 1 << 17} {
		b.Run(fmt.Sprintf("%dfloats", n), func(b *testing.B) {
			src, p, v := encoded(b, series{"a", make([]float64, n)}), plan[series](b), new(series)
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Decode(src, v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
