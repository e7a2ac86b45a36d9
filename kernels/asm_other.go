//go:build !amd64 || purego

package kernels

// There is no assembly in this build, and best says so: nothing here is ever
// called. The bodies exist so that every dispatch compiles everywhere.

func sumAVX2([]float64) float64            { panic(noAssembly) }
func sumAVX512([]float64) float64          { panic(noAssembly) }
func sumHalvesAVX512([]float64) float64    { panic(noAssembly) }
func dotAVX2(_, _ []float64) float64       { panic(noAssembly) }
func dotAVX512(_, _ []float64) float64     { panic(noAssembly) }
func fetchAVX2(*int64)                     { panic(noAssembly) }
func fetchAVX512(*int64)                   { panic(noAssembly) }
func maxCodeAVX2([]uint8) uint8            { panic(noAssembly) }
func maxCodeAVX512([]uint8) uint8          { panic(noAssembly) }
func hourOfDayAVX2([]uint8, []int64)       { panic(noAssembly) }
func hourOfDayAVX512([]uint8, []int64)     { panic(noAssembly) }
func nearBitsAVX2([]int64, int64) uint64   { panic(noAssembly) }
func nearBitsAVX512([]int64, int64) uint64 { panic(noAssembly) }

func sumInt64AVX2([]int64) (low uint64, high int64)                         { panic(noAssembly) }
func sumInt64AVX512([]int64) (low uint64, high int64)                       { panic(noAssembly) }
func sumWordsAVX512([]int64) (low uint64, high int64)                       { panic(noAssembly) }
func minMaxAVX2([]float64) (lo, hi float64)                                 { panic(noAssembly) }
func minMaxAVX512([]float64) (lo, hi float64)                               { panic(noAssembly) }
func minMaxInt64AVX2([]int64) (lo, hi int64)                                { panic(noAssembly) }
func minMaxInt64AVX512([]int64) (lo, hi int64)                              { panic(noAssembly) }
func shiftedAVX2([]float64, float64) (s1, s2 float64)                       { panic(noAssembly) }
func shiftedAVX512([]float64, float64) (s1, s2 float64)                     { panic(noAssembly) }
func nearSumsAVX2(*int64, int, []uint8, []int64, int64, *uint64)            { panic(noAssembly) }
func nearSumsAVX512(*int64, int, []uint8, []int64, int64, *uint64)          { panic(noAssembly) }
func coShiftedAVX2(_, _ []float64, _, _ float64) (a, b, c, d, e float64)    { panic(noAssembly) }
func coShiftedAVX512(_, _ []float64, _, _ float64) (a, b, c, d, e float64)  { panic(noAssembly) }
func coShiftedInt64AVX2(_, _ []int64, _, _ int64) (a, b, c, d, e float64)   { panic(noAssembly) }
func coShiftedInt64AVX512(_, _ []int64, _, _ int64) (a, b, c, d, e float64) { panic(noAssembly) }

func binCellsAVX2(*uint32, *uint8, []int64, *int64)   { panic(noAssembly) }
func binCellsAVX512(*uint32, *uint8, []int64, *int64) { panic(noAssembly) }
func countRowsAVX2(*uint32, []uint32)                 { panic(noAssembly) }
func countRowsAVX512(*uint32, []uint32)               { panic(noAssembly) }
func countFloatsAVX2(*uint32, []float64, *float64)    { panic(noAssembly) }
func countFloatsAVX512(*uint32, []float64, *float64)  { panic(noAssembly) }
func addRowsAVX2([]int64, *uint32)                    { panic(noAssembly) }
func addRowsAVX512([]int64, *uint32)                  { panic(noAssembly) }

func groupFloatsAVX2(*int64, int, []uint8, []float64, *uint64)   { panic(noAssembly) }
func groupFloatsAVX512(*int64, int, []uint8, []float64, *uint64) { panic(noAssembly) }

func leastAVX2([]float64) (best float64, piece int, nan uint64)       { panic(noAssembly) }
func leastAVX512([]float64) (best float64, piece int, nan uint64)     { panic(noAssembly) }
func greatestAVX2([]float64) (best float64, piece int, nan uint64)    { panic(noAssembly) }
func greatestAVX512([]float64) (best float64, piece int, nan uint64)  { panic(noAssembly) }
func leastInt64AVX2([]int64) (best int64, piece int, nan uint64)      { panic(noAssembly) }
func leastInt64AVX512([]int64) (best int64, piece int, nan uint64)    { panic(noAssembly) }
func greatestInt64AVX2([]int64) (best int64, piece int, nan uint64)   { panic(noAssembly) }
func greatestInt64AVX512([]int64) (best int64, piece int, nan uint64) { panic(noAssembly) }

func indexOfAVX2([]float64, float64) int       { panic(noAssembly) }
func indexOfAVX512([]float64, float64) int     { panic(noAssembly) }
func indexNaNAVX2([]float64) int               { panic(noAssembly) }
func indexNaNAVX512([]float64) int             { panic(noAssembly) }
func indexOfInt64AVX2([]int64, int64) int      { panic(noAssembly) }
func indexOfInt64AVX512([]int64, int64) int    { panic(noAssembly) }
func countAVX2([]float64, int, float64) int    { panic(noAssembly) }
func countAVX512([]float64, int, float64) int  { panic(noAssembly) }
func countInt64AVX2([]int64, int, int64) int   { panic(noAssembly) }
func countInt64AVX512([]int64, int, int64) int { panic(noAssembly) }

func compareAVX2(*uint64, []float64, int, float64)    { panic(noAssembly) }
func compareAVX512(*uint64, []float64, int, float64)  { panic(noAssembly) }
func compareInt64AVX2(*uint64, []int64, int, int64)   { panic(noAssembly) }
func compareInt64AVX512(*uint64, []int64, int, int64) { panic(noAssembly) }

func arithAVX2(int, *float64, *float64, *float64, int, int)      { panic(noAssembly) }
func arithAVX512(int, *float64, *float64, *float64, int, int)    { panic(noAssembly) }
func arithInt64AVX2(int, *int64, *int64, *int64, int, int)       { panic(noAssembly) }
func arithInt64AVX512(int, *int64, *int64, *int64, int, int)     { panic(noAssembly) }
func unaryAVX2(int, *float64, *float64, float64, int, int)       { panic(noAssembly) }
func unaryAVX512(int, *float64, *float64, float64, int, int)     { panic(noAssembly) }
func fmaAVX2(*float64, *float64, *float64, *float64, int, int)   { panic(noAssembly) }
func fmaAVX512(*float64, *float64, *float64, *float64, int, int) { panic(noAssembly) }
func axpyAVX2(*float64, float64, *float64, *float64, int, int)   { panic(noAssembly) }
func axpyAVX512(*float64, float64, *float64, *float64, int, int) { panic(noAssembly) }

func compressAVX2(*uint64, []uint64, *uint64, int) int   { panic(noAssembly) }
func compressAVX512(*uint64, []uint64, *uint64, int) int { panic(noAssembly) }
func placesAVX2(*int64, int, int, *uint64, int) int      { panic(noAssembly) }
func placesAVX512(*int64, int, int, *uint64, int) int    { panic(noAssembly) }
func filterAVX2(*float64, []float64, int, float64) int   { panic(noAssembly) }
func filterAVX512(*float64, []float64, int, float64) int { panic(noAssembly) }
func filterInt64AVX2(*int64, []int64, int, int64) int    { panic(noAssembly) }
func filterInt64AVX512(*int64, []int64, int, int64) int  { panic(noAssembly) }

func takeAVX2(*uint64, []uint64, []int64) int         { panic(noAssembly) }
func takeGatherAVX512(*uint64, []uint64, []int64) int { panic(noAssembly) }
func takeAVX512(*uint64, []uint64, []int64) int       { panic(noAssembly) }

func prefixAVX2(*float64, []float64, float64) float64         { panic(noAssembly) }
func prefixAVX512(*float64, []float64, float64) float64       { panic(noAssembly) }
func prefixBeforeAVX2(*float64, []float64, float64) float64   { panic(noAssembly) }
func prefixBeforeAVX512(*float64, []float64, float64) float64 { panic(noAssembly) }
func prefixInt64AVX2(*int64, []int64, int64) int64            { panic(noAssembly) }
func prefixInt64AVX512(*int64, []int64, int64) int64          { panic(noAssembly) }
func prefixBeforeInt64AVX2(*int64, []int64, int64) int64      { panic(noAssembly) }
func prefixBeforeInt64AVX512(*int64, []int64, int64) int64    { panic(noAssembly) }

func expAVX2(*float64, *float64, int, int)   { panic(noAssembly) }
func expAVX512(*float64, *float64, int, int) { panic(noAssembly) }
func logAVX2(*float64, *float64, int, int)   { panic(noAssembly) }
func logAVX512(*float64, *float64, int, int) { panic(noAssembly) }

func compensateAVX2(*float64, []float64)               { panic(noAssembly) }
func compensateAVX512(*float64, []float64)             { panic(noAssembly) }
func sumAbsAVX2([]float64) float64                     { panic(noAssembly) }
func sumAbsAVX512([]float64) float64                   { panic(noAssembly) }
func keysAVX2(int, *int64, *int64, int64, int, int)    { panic(noAssembly) }
func keysAVX512(int, *int64, *int64, int64, int, int)  { panic(noAssembly) }
func partitionAVX2(*int64, *int, int64, int)           { panic(noAssembly) }
func partitionAVX512(*int64, *int, int64, int)         { panic(noAssembly) }
func partitionAsideAVX2(*int64, *int, int64, *int64)   { panic(noAssembly) }
func partitionAsideAVX512(*int64, *int, int64, *int64) { panic(noAssembly) }
func sortFewAVX2(*int64, int)                          { panic(noAssembly) }
func sortFewAVX512(*int64, int)                        { panic(noAssembly) }

func partitionAsidePairsAVX2(*int64, *int64, *int, int64, *int64, *int64)   { panic(noAssembly) }
func partitionAsidePairsAVX512(*int64, *int64, *int, int64, *int64, *int64) { panic(noAssembly) }
func partitionPairsAVX2(*int64, *int64, *int, int64, int)                   { panic(noAssembly) }
func partitionPairsAVX512(*int64, *int64, *int, int64, int)                 { panic(noAssembly) }
func sortFewPairsAVX2(*int64, *int64, int)                                  { panic(noAssembly) }
func sortFewPairsAVX512(*int64, *int64, int)                                { panic(noAssembly) }

const noAssembly = "kernels: no assembly in this build"
