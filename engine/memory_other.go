//go:build !linux

package engine

func ownMemory() int64 { return 0 }
