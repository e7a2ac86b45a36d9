//go:build !amd64 || purego

package kernels

// There is no assembly in this build: see asm_other.go.

func sumInt32AVX2([]int32) (low uint32, high int32)   { panic(noAssembly) }
func sumInt32AVX512([]int32) (low uint32, high int32) { panic(noAssembly) }

func dotInt32AVX2([]int32, []int32) int64   { panic(noAssembly) }
func dotInt32AVX512([]int32, []int32) int64 { panic(noAssembly) }

func minMaxFloat32AVX2([]float32) (lo float32, hi float32)   { panic(noAssembly) }
func minMaxFloat32AVX512([]float32) (lo float32, hi float32) { panic(noAssembly) }

func minMaxInt32AVX2([]int32) (lo int32, hi int32)   { panic(noAssembly) }
func minMaxInt32AVX512([]int32) (lo int32, hi int32) { panic(noAssembly) }

func arithFloat32AVX2(int, *float32, *float32, *float32, int, int)   { panic(noAssembly) }
func arithFloat32AVX512(int, *float32, *float32, *float32, int, int) { panic(noAssembly) }

func arithInt32AVX2(int, *int32, *int32, *int32, int, int)   { panic(noAssembly) }
func arithInt32AVX512(int, *int32, *int32, *int32, int, int) { panic(noAssembly) }

func unaryFloat32AVX2(int, *float32, *float32, float32, int, int)   { panic(noAssembly) }
func unaryFloat32AVX512(int, *float32, *float32, float32, int, int) { panic(noAssembly) }

func unaryInt32AVX2(int, *int32, *int32, int32, int, int)   { panic(noAssembly) }
func unaryInt32AVX512(int, *int32, *int32, int32, int, int) { panic(noAssembly) }

func fmaFloat32AVX2(*float32, *float32, *float32, *float32, int, int)   { panic(noAssembly) }
func fmaFloat32AVX512(*float32, *float32, *float32, *float32, int, int) { panic(noAssembly) }

func axpyFloat32AVX2(*float32, float32, *float32, *float32, int, int)   { panic(noAssembly) }
func axpyFloat32AVX512(*float32, float32, *float32, *float32, int, int) { panic(noAssembly) }

func axpyInt32AVX2(*int32, int32, *int32, *int32, int, int)   { panic(noAssembly) }
func axpyInt32AVX512(*int32, int32, *int32, *int32, int, int) { panic(noAssembly) }

func countFloat32AVX2([]float32, int, float32) int   { panic(noAssembly) }
func countFloat32AVX512([]float32, int, float32) int { panic(noAssembly) }

func countInt32AVX2([]int32, int, int32) int   { panic(noAssembly) }
func countInt32AVX512([]int32, int, int32) int { panic(noAssembly) }

func compareFloat32AVX2(*uint64, []float32, int, float32)   { panic(noAssembly) }
func compareFloat32AVX512(*uint64, []float32, int, float32) { panic(noAssembly) }

func compareInt32AVX2(*uint64, []int32, int, int32)   { panic(noAssembly) }
func compareInt32AVX512(*uint64, []int32, int, int32) { panic(noAssembly) }

func indexOfFloat32AVX2([]float32, float32) int   { panic(noAssembly) }
func indexOfFloat32AVX512([]float32, float32) int { panic(noAssembly) }

func indexOfInt32AVX2([]int32, int32) int   { panic(noAssembly) }
func indexOfInt32AVX512([]int32, int32) int { panic(noAssembly) }

func indexNaNFloat32AVX2([]float32) int   { panic(noAssembly) }
func indexNaNFloat32AVX512([]float32) int { panic(noAssembly) }

func leastFloat32AVX2([]float32) (best float32, piece int, nan uint64)   { panic(noAssembly) }
func leastFloat32AVX512([]float32) (best float32, piece int, nan uint64) { panic(noAssembly) }

func leastInt32AVX2([]int32) (best int32, piece int, nan uint64)   { panic(noAssembly) }
func leastInt32AVX512([]int32) (best int32, piece int, nan uint64) { panic(noAssembly) }

func greatestFloat32AVX2([]float32) (best float32, piece int, nan uint64)   { panic(noAssembly) }
func greatestFloat32AVX512([]float32) (best float32, piece int, nan uint64) { panic(noAssembly) }

func greatestInt32AVX2([]int32) (best int32, piece int, nan uint64)   { panic(noAssembly) }
func greatestInt32AVX512([]int32) (best int32, piece int, nan uint64) { panic(noAssembly) }

func compressDwordsAVX2(*uint32, []uint32, *uint64, int) int   { panic(noAssembly) }
func compressDwordsAVX512(*uint32, []uint32, *uint64, int) int { panic(noAssembly) }

func filterFloat32AVX2(*float32, []float32, int, float32) int   { panic(noAssembly) }
func filterFloat32AVX512(*float32, []float32, int, float32) int { panic(noAssembly) }

func filterInt32AVX2(*int32, []int32, int, int32) int   { panic(noAssembly) }
func filterInt32AVX512(*int32, []int32, int, int32) int { panic(noAssembly) }

func prefixInt32AVX2(*int32, []int32, int32) int32   { panic(noAssembly) }
func prefixInt32AVX512(*int32, []int32, int32) int32 { panic(noAssembly) }

func prefixBeforeInt32AVX2(*int32, []int32, int32) int32   { panic(noAssembly) }
func prefixBeforeInt32AVX512(*int32, []int32, int32) int32 { panic(noAssembly) }

func sumFloat32AVX2([]float32) float64   { panic(noAssembly) }
func sumFloat32AVX512([]float32) float64 { panic(noAssembly) }

func dotFloat32AVX2([]float32, []float32) float64   { panic(noAssembly) }
func dotFloat32AVX512([]float32, []float32) float64 { panic(noAssembly) }

func sumAbsFloat32AVX2([]float32) float64   { panic(noAssembly) }
func sumAbsFloat32AVX512([]float32) float64 { panic(noAssembly) }

func shiftedFloat32AVX2([]float32, float64) (s1 float64, s2 float64)   { panic(noAssembly) }
func shiftedFloat32AVX512([]float32, float64) (s1 float64, s2 float64) { panic(noAssembly) }

func shiftedInt32AVX2([]int32, float64) (s1 float64, s2 float64)   { panic(noAssembly) }
func shiftedInt32AVX512([]int32, float64) (s1 float64, s2 float64) { panic(noAssembly) }

func widenFloat32AVX2(*float64, []float32)   { panic(noAssembly) }
func widenFloat32AVX512(*float64, []float32) { panic(noAssembly) }

func widenInt32AVX2(*int64, []int32)   { panic(noAssembly) }
func widenInt32AVX512(*int64, []int32) { panic(noAssembly) }

func roundFloat32AVX2(*float32, []float64)   { panic(noAssembly) }
func roundFloat32AVX512(*float32, []float64) { panic(noAssembly) }

func takeDwordsAVX2(*uint32, []uint32, []int64) int   { panic(noAssembly) }
func takeDwordsAVX512(*uint32, []uint32, []int64) int { panic(noAssembly) }

func expFloat32AVX2(*float32, *float32, int, int)   { panic(noAssembly) }
func expFloat32AVX512(*float32, *float32, int, int) { panic(noAssembly) }

func logFloat32AVX2(*float32, *float32, int, int)   { panic(noAssembly) }
func logFloat32AVX512(*float32, *float32, int, int) { panic(noAssembly) }

func unaryInt64AVX2(int, *int64, *int64, int64, int, int)   { panic(noAssembly) }
func unaryInt64AVX512(int, *int64, *int64, int64, int, int) { panic(noAssembly) }

func axpyInt64AVX2(*int64, int64, *int64, *int64, int, int)   { panic(noAssembly) }
func axpyInt64AVX512(*int64, int64, *int64, *int64, int, int) { panic(noAssembly) }

func dotInt64AVX2([]int64, []int64) int64   { panic(noAssembly) }
func dotInt64AVX512([]int64, []int64) int64 { panic(noAssembly) }

func shiftedInt64AVX2([]int64, int64) (s1 float64, s2 float64)   { panic(noAssembly) }
func shiftedInt64AVX512([]int64, int64) (s1 float64, s2 float64) { panic(noAssembly) }

func keysDwordsAVX2(int, *int32, *int32, int32, int, int)   { panic(noAssembly) }
func keysDwordsAVX512(int, *int32, *int32, int32, int, int) { panic(noAssembly) }

func partitionDwordsAVX2(*int32, *int, int32, int)           { panic(noAssembly) }
func partitionDwordsAVX512(*int32, *int, int32, int)         { panic(noAssembly) }
func partitionAsideDwordsAVX2(*int32, *int, int32, *int32)   { panic(noAssembly) }
func partitionAsideDwordsAVX512(*int32, *int, int32, *int32) { panic(noAssembly) }

func sortFewDwordsAVX2(*int32, int)   { panic(noAssembly) }
func sortFewDwordsAVX512(*int32, int) { panic(noAssembly) }

func coShiftedFloat32AVX2(_, _ []float32, _, _ float64) (a, b, c, d, e float64)   { panic(noAssembly) }
func coShiftedFloat32AVX512(_, _ []float32, _, _ float64) (a, b, c, d, e float64) { panic(noAssembly) }

func groupFloatsFloat32AVX2(*int64, int, []uint8, []float32, *uint64)   { panic(noAssembly) }
func groupFloatsFloat32AVX512(*int64, int, []uint8, []float32, *uint64) { panic(noAssembly) }

func coShiftedInt32AVX2(_, _ []int32, _, _ float64) (a, b, c, d, e float64)   { panic(noAssembly) }
func coShiftedInt32AVX512(_, _ []int32, _, _ float64) (a, b, c, d, e float64) { panic(noAssembly) }

func groupFloatsInt32AVX2(*int64, int, []uint8, []int32, *uint64)   { panic(noAssembly) }
func groupFloatsInt32AVX512(*int64, int, []uint8, []int32, *uint64) { panic(noAssembly) }
