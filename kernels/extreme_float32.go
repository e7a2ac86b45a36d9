package kernels

import "math"

// MinFloat32 is [Min] for float32.
func MinFloat32(x []float32) (lo float32, ok bool) { return leastFloat32.value(x) }

// MaxFloat32 is [Max] for float32.
func MaxFloat32(x []float32) (hi float32, ok bool) { return greatestFloat32.value(x) }

// NanMinFloat32 is [NanMin] for float32.
func NanMinFloat32(x []float32) (lo float32, ok bool) { return leastFloat32.number(x) }

// NanMaxFloat32 is [NanMax] for float32.
func NanMaxFloat32(x []float32) (hi float32, ok bool) { return greatestFloat32.number(x) }

// ArgMinFloat32 is [ArgMin] for float32.
func ArgMinFloat32(x []float32) int { return leastFloat32.place(x) }

// ArgMaxFloat32 is [ArgMax] for float32.
func ArgMaxFloat32(x []float32) int { return greatestFloat32.place(x) }

var (
	leastFloat32    = extreme[float32]{false, float32(math.Inf(1)), nan32()}
	greatestFloat32 = extreme[float32]{true, float32(math.Inf(-1)), nan32()}
)

func extremeFloat32(x []float32, greatest, wide bool) (best float32, piece int, nan uint64) {
	switch {
	case greatest && wide:
		return greatestFloat32AVX512(x)
	case greatest:
		return greatestFloat32AVX2(x)
	case wide:
		return leastFloat32AVX512(x)
	default:
		return leastFloat32AVX2(x)
	}
}
