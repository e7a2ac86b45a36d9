package main

import (
	"context"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/compute"
	"github.com/apache/arrow-go/v18/arrow/math"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/arrow/scalar"
)

func init() {
	const name = "arrow"
	sums[name] = func(in *input) work {
		x := column(in.x)
		var v float64
		return work{func() { v = math.Float64.Sum(x) }, func() float64 { return v }}
	}
	adds[name] = func(in *input) work {
		x, y := column(in.x), column(in.y)
		return computed(func(ctx context.Context) (compute.Datum, error) {
			return compute.Add(ctx, unchecked, compute.NewDatumWithoutOwning(x), compute.NewDatumWithoutOwning(y))
		})
	}
	scales[name] = func(in *input) work {
		x, by := column(in.x), compute.NewDatum(scalar.NewFloat64Scalar(2.5))
		return computed(func(ctx context.Context) (compute.Datum, error) {
			return compute.Multiply(ctx, unchecked, compute.NewDatumWithoutOwning(x), by)
		})
	}
	filters[name] = func(in *input) work {
		x := column(in.x)
		b := array.NewBooleanBuilder(memory.DefaultAllocator)
		b.AppendValues(in.chosen, nil)
		mask := b.NewBooleanArray()
		return computed(func(ctx context.Context) (compute.Datum, error) {
			return compute.Filter(ctx, compute.NewDatumWithoutOwning(x), compute.NewDatumWithoutOwning(mask), *compute.DefaultFilterOptions())
		})
	}
}

var unchecked = compute.ArithmeticOptions{NoCheckOverflow: true}

// column is an array of some numbers, without nulls, in the memory where they are.
func column(x []float64) *array.Float64 {
	buffer := memory.NewBufferBytes(arrow.Float64Traits.CastToBytes(x))
	return array.NewFloat64Data(array.NewData(arrow.PrimitiveTypes.Float64, len(x), []*memory.Buffer{nil, buffer}, nil, 0, 0))
}

// computed is a work of a compute function, which makes a new array.
func computed(f func(ctx context.Context) (compute.Datum, error)) work {
	ctx := context.Background()
	var last compute.Datum
	run := func() {
		if last != nil {
			last.Release()
		}
		var err error
		if last, err = f(ctx); err != nil {
			panic(err)
		}
	}
	digest := func() float64 {
		made := last.(*compute.ArrayDatum).MakeArray().(*array.Float64)
		defer made.Release()
		return weighed(made.Float64Values())
	}
	return work{run, digest}
}
