//go:build !amd64 || purego

package kernels

// As in asm_other.go: nothing here is ever called.

func flipAVX2(*int64, []int64, int64, int)   { panic(noAssembly) }
func flipAVX512(*int64, []int64, int64, int) { panic(noAssembly) }
