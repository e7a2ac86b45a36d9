//go:build !amd64 || purego

package kernels

// As in asm_other.go: nothing here is ever called.

func hashAVX2(*int64, *int64, uint64, int, int)         { panic(noAssembly) }
func hashAVX512(*int64, *int64, uint64, int, int)       { panic(noAssembly) }
func bucketsOfAVX2(*int64, []int64, uint64, uint64)     { panic(noAssembly) }
func bucketsOfAVX512(*int64, []int64, uint64, uint64)   { panic(noAssembly) }
func findAVX2(*uint32, []int64, *int64, []uint64) int   { panic(noAssembly) }
func findAVX512(*uint32, []int64, *int64, []uint64) int { panic(noAssembly) }

func encodeAVX2(*uint32, []int64, *int64, []uint64, *int64, int, int) (done, count int) {
	panic(noAssembly)
}

func encodeAVX512(*uint32, []int64, *int64, []uint64, *int64, int, int) (done, count int) {
	panic(noAssembly)
}
