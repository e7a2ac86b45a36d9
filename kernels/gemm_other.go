//go:build !amd64 || purego

package kernels

// As in asm_other.go: nothing here is ever called.

func gemmTileAVX2(int, *float64, *float64, *float64, int, int, int, float64, float64, int) {
	panic(noAssembly)
}

func gemmTileAVX512(int, *float64, *float64, *float64, int, int, int, float64, float64, int) {
	panic(noAssembly)
}

func gemmPackLeftAVX2(_, _ *float64, _, _, _ int)                    { panic(noAssembly) }
func gemmPackLeftAVX512(_, _ *float64, _, _, _ int)                  { panic(noAssembly) }
func gemmPackRightAVX2(_, _ *float64, _, _, _ int)                   { panic(noAssembly) }
func gemmPackRightAVX512(_, _ *float64, _, _, _ int)                 { panic(noAssembly) }
func gemmPackAlongAVX2(_ *float64, _ int, _ *float64, _, _, _ int)   { panic(noAssembly) }
func gemmPackAlongAVX512(_ *float64, _ int, _ *float64, _, _, _ int) { panic(noAssembly) }

func gemvDotAVX2(_, _ *float64, _ int, _ []float64)       { panic(noAssembly) }
func gemvDotAVX512(_, _ *float64, _ int, _ []float64)     { panic(noAssembly) }
func gemvDotOneAVX2(_, _ *float64, _ int, _ []float64)    { panic(noAssembly) }
func gemvDotOneAVX512(_, _ *float64, _ int, _ []float64)  { panic(noAssembly) }
func gemvAddAVX2([]float64, *float64, int, *float64)      { panic(noAssembly) }
func gemvAddAVX512([]float64, *float64, int, *float64)    { panic(noAssembly) }
func gemvAddOneAVX2([]float64, *float64, int, *float64)   { panic(noAssembly) }
func gemvAddOneAVX512([]float64, *float64, int, *float64) { panic(noAssembly) }
